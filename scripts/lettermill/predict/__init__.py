"""Reading words without a transcription: beam search, word lists and error rates.

May import: base, records, image, align, model, stages.
"""
