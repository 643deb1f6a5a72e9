"""Label errors: letters whose transcription names, most likely, another letter."""

import numpy as np


def find_label_errors(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Which letters are probably another: (n,) bool.

    probabilities: (n, classes), each row from a network that has not been trained on that letter. labels: (n,) int.
    A letter is an error when it is more like another class than the letters of that class are on average
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
    """How letters are taken for one another: (classes, classes), row ``l`` the mean probabilities of letters ``l``."""
    classes = probabilities.shape[1]
    return np.array(
        [
            probabilities[labels == kind].mean(axis=0) if (labels == kind).any() else np.full(classes, 1 / classes)
            for kind in range(classes)
        ]
    )
