"""Label errors: letters whose transcription is probably wrong."""

import numpy as np


def find_label_errors(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Whether each label is probably wrong: (n,) bool.

    probabilities: (n, classes), each row from a network that was not trained on that letter. labels: (n,) int.
    A label is an error if another class has at least the average probability of the letters labelled as that class
    (Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels", JAIR 70, 2021).
    """
    usual = np.array(
        [
            probabilities[labels == kind, kind].mean() if (labels == kind).any() else np.inf
            for kind in range(probabilities.shape[1])
        ]
    )
    confident = probabilities >= usual
    likeliest = np.where(confident, probabilities, -1).argmax(axis=1)
    errors: np.ndarray = confident.any(axis=1) & (likeliest != labels)
    return errors


def confusion(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Confusion of letters: (classes, classes) float64; row ``l`` has the mean probabilities of letters ``l``."""
    classes = probabilities.shape[1]
    return np.array(
        [
            probabilities[labels == kind].mean(axis=0) if (labels == kind).any() else np.full(classes, 1 / classes)
            for kind in range(classes)
        ]
    )
