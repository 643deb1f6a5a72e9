"""Forced alignment of a word with its transcription: fragments of ink, the recogniser, the lattice, confidences.

May import: base, records, image, corrections.
"""
