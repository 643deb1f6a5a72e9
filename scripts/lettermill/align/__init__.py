"""Forced alignment of a word with its transcription: fragments of ink, recogniser, lattice, confidences.

May import: base, records, paper, image, corrections.
"""
