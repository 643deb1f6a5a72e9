"""A classifier of letters: training it in Keras, evaluating it, and applying it with OpenCV.

May import: base, records, image.
"""
