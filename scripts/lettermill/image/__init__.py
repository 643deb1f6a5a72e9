"""Word images as arrays: decoding, printed labels, cropping, ink hypotheses, letter boxes, augmentation, drawing.

May import: base, paper.
"""
