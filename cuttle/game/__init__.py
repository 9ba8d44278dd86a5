"""The rules of Cuttle: cited by the numbers of docs/rules.md. No players, no rewards."""
