"""Lettermill: from a table of word images and transcriptions to a labelled dataset of single letters.

Rooms, from the bottom up; each may import those above it in this list that its own docstring names, and no others:

base         errors, files and their names, rejection reasons, alphabet, split, random samples
records      the tables that jobs hand to each other
image        finding letters in pixels: ink, printed labels, crops, letter boxes, pictures
table        reading the user's table: encodings, separators, workbooks, repairs
corrections  what people have corrected
workflow     what knows Snakemake: digests of code, parameters of jobs, logs, progress
plan         config, rows, batches: what each stage must know
fetch        downloading images, and the cache that keeps them
align        forced alignment: fragments of ink, the recogniser of letters, the lattice, confidences
model        the classifier: training with Keras, evaluation, inference with OpenCV
stages       the steps of the workflow, each a function over one batch of rows
predict      reading words without a transcription
dataset      the delivered dataset: folders, metadata, rejections, counts, card, summary
export       the dataset in the formats of other libraries
report       what came out and how good it is, as one page
review       the review page: uncertain letters and suspect rows, to check in the browser

Beside them is `api`, the Python API: reading and aligning single words.
"""

import os

__version__ = "1.0.0"

# Pixels, columns and rows of an image, at most: OpenCV compares with what the file says, and does not decode it if it
# has more. It reads these when it is loaded, so that no module can say them later. A workflow has the first from config
# `download: {max_pixels}`; the others are the most that JPEG can have, and less than PNG can.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "20000000")
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_WIDTH", "65535")
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_HEIGHT", "65535")

# What is wrong with an image is in the tables: a terminal is no place for a line about each.
os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")
