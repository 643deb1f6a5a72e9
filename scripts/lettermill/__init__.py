"""Lettermill: from a table of word images and transcriptions to a labelled dataset of single letters.

plan         what is to be done: config, index of the table, normalised text, batches
table        the user's table: encodings, separators, workbooks, repairs, which rows can be worked on
image        finding letters in pixels: ink, printed labels, crops, boxes, pictures
align        a recogniser of letters, and the best way to cut a word into its transcription
fetch        getting images from the web: tries, limits, what jobs share; the cache that keeps them
corrections  what people have corrected: reading it, which line fits, what it does to rows and letters
stages       the steps of the workflow, each a function over one batch of rows
dataset      the delivered dataset: folders, metadata, rejections, account, card, summary, contact sheets
report       what came out and how good it is, as one page: numbers, plots, letters of every class
review       a page in the browser for what is doubtful, by which a person corrects it: what is on it, and its files
model        a classifier of letters: training it in Keras, testing it, applying it with OpenCV
predict      reading words that are in no table: the search for their text, word lists, pictures of all kinds
export       the dataset in the formats of other libraries, each a module
progress     how far a run is: rows done, rate, time left

Nothing in this package imports Snakemake; what serves its jobs and re-runs is in job.py, plan/parameters.py,
plan/code.py and progress/watch.py.
"""

import os

__version__ = "0.1.0"

# Pixels, columns and rows of an image, at most: OpenCV compares with what the file says, and does not decode it if it
# has more. It reads these when it is loaded, so that no module can say them later. A workflow has the first from config
# `download: {max_pixels}`; the others are the most that JPEG can have, and less than PNG can.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "20000000")
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_WIDTH", "65535")
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_HEIGHT", "65535")

# What is wrong with an image is in the tables: a terminal is no place for a line about each.
os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")
