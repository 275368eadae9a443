"""Outputs are reached by name and by position, as published."""

import pytest
import torch

from engine.model import CausalLMOutput, XVectorOutput


def test_fields_are_reached_by_position_with_none_skipped() -> None:
    logits, states = torch.zeros(1), (torch.ones(1),)
    output = CausalLMOutput(logits=logits, hidden_states=states)
    assert output.keys() == ["logits", "hidden_states"]
    assert output[0] is logits
    assert output[-1] is states
    assert output["hidden_states"] is states
    assert output[:1] == (logits,)
    assert len(output) == 2
    assert output.to_tuple() == tuple(output)


def test_fields_keep_the_published_order() -> None:
    values = [torch.full((1,), float(index)) for index in range(3)]
    output = XVectorOutput(loss=values[0], logits=values[1], embeddings=values[2])
    assert output.to_tuple() == tuple(values)


def test_a_field_that_is_none_has_no_name() -> None:
    with pytest.raises(KeyError, match="loss"):
        CausalLMOutput(logits=torch.zeros(1))["loss"]


def test_an_output_answers_like_a_mapping() -> None:
    output = CausalLMOutput(logits=torch.zeros(1))
    assert "logits" in output
    assert "loss" not in output
    assert output.get("loss") is None
    assert [name for name, _ in output.items()] == ["logits"]
