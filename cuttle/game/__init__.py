"""The rules of Cuttle. No players, no rewards, no training."""
