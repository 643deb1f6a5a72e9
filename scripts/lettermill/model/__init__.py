"""The classifier: training with Keras, evaluation, and inference with OpenCV.

May import: base, records, image.
"""
