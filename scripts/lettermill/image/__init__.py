"""Word images as arrays: decoding, ink and components, printed labels, cropping, letter boxes, augmentation, drawing.

May import: base.
"""
