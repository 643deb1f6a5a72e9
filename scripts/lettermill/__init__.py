"""Lettermill: from a table of word images and transcriptions to a labelled dataset of single letters.

Its packages, called rooms, from the bottom up. A room may import only the rooms that its docstring names:

base         errors, files and their names, rejection reasons, alphabet, split, random samples
records      the tables that jobs pass to each other
paper        what of an image is paper and what is ink: light, colour, rules, print, components
image        letters in pixels: decoding, printed labels, crops, ink hypotheses, letter boxes, pictures
table        reading the user's table: encodings, separators, workbooks, repairs
corrections  corrections made by people
workflow     everything about Snakemake: digests of code, parameters of jobs, logs, progress
plan         config, rows, batches: what each stage needs to know
fetch        images from the web, and their cache
align        forced alignment: fragments of ink, the recogniser, the lattice, confidences
model        the letter classifier: training in Keras, evaluation, use with OpenCV
stages       the stages of the workflow, each a function of one batch of rows
predict      reading words without a transcription
dataset      the delivered dataset: folders, metadata, rejections, counts, card, summary
export       the dataset in the formats of other libraries
report       a page on the quality of the dataset
review       a page in the browser to review letters and words

Beside them is `api`, the Python API: reading and aligning single words.
"""

import os

__version__ = "1.0.0"

# The largest number of pixels, columns and rows of an image. OpenCV does not decode an image whose header states more.
# It reads these limits when it is loaded, so no module can set them later. The workflow sets the first one from config
# `download: {max_pixels}`; the others are the maximum of JPEG, and less than that of PNG.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "20000000")
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_WIDTH", "65535")
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_HEIGHT", "65535")

# Errors of images are in the tables. OpenCV need not write them to the terminal.
os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")
