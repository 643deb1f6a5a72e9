"""What of an image is paper and what is ink: polarity, light and colour; rules; print of the form; components of ink.

May import: base.
"""
