import io
import zipfile

import pytest
import torch

from cuttle.training.saved import load, to_bytes


def test_what_is_saved_is_loaded() -> None:
    state = {"round": 3, "weights": torch.arange(6.0)}

    loaded = load(io.BytesIO(to_bytes(state)))

    assert loaded["round"] == 3
    assert torch.equal(loaded["weights"], state["weights"])


def test_a_checkpoint_that_unpacks_to_more_than_it_holds_is_not_read() -> None:
    content = io.BytesIO(to_bytes({"round": 3}))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("more", bytes(10_000_000))

    with pytest.raises(ValueError, match="bytes that unpack to 10,"):
        load(content)
