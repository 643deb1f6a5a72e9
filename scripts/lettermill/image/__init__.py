"""Word images as arrays: decoding, ink and components, printed labels, crops, letter boxes, augmentation, drawing.

May import: base.
"""
