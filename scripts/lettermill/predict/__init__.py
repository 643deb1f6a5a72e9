"""Reading words without a transcription: beam search, word lists and error rates.

May import: base, records, paper, image, align, model, stages.
"""
