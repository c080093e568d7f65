"""Principal components, against NumPy's eigenvectors of the covariance and PyTorch's decompositions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gpt_by_hand.explain.components import components

RNG = np.random.default_rng(5)
SHAPES = [(32, 16), (8, 16), (500, 7), (3, 40), (2, 2), (17, 2)]
TABLES = arrays(np.float64, st.tuples(st.integers(1, 9), st.integers(1, 6)), elements=st.integers(-4, 4).map(float))


def some(shape: tuple[int, int]) -> np.ndarray:
    return RNG.normal(size=shape) * np.linspace(3, 0.5, shape[1]) + 7


def turned(axes: np.ndarray) -> np.ndarray:
    """Each row with its largest number positive."""
    return axes * np.sign(np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1))


@pytest.mark.parametrize("shape", SHAPES)
def test_they_are_the_covariance_s_eigenvectors(shape: tuple[int, int]) -> None:
    rows = some(shape)
    variances, directions = np.linalg.eigh(np.cov(rows, rowvar=False))
    found, there = components(rows), min(2, shape[0] - 1, shape[1])
    axes = turned(directions[:, ::-1].T[:there])
    assert np.allclose(found.loadings[:there], axes, atol=1e-9)
    assert np.allclose(found.shares[:there], variances[::-1][:there] / variances.sum(), atol=1e-12)
    assert np.allclose(found.of(rows)[:, :there], (rows - rows.mean(axis=0)) @ axes.T, atol=1e-9)
    assert found.count == there
    assert found.ties == ()


@pytest.mark.parametrize("shape", SHAPES)
def test_pytorch_has_the_same(shape: tuple[int, int]) -> None:
    torch = pytest.importorskip("torch")
    rows, there = some(shape), min(2, shape[0] - 1, shape[1])
    centred = torch.from_numpy(rows - rows.mean(axis=0))
    found = components(rows)
    _, sizes, directions = torch.linalg.svd(centred, full_matrices=False)
    assert np.allclose(found.loadings[:there], turned(directions[:there].numpy()), atol=1e-9)
    assert np.allclose(found.shares[:there], (sizes**2 / (sizes**2).sum()).numpy()[:there], atol=1e-12)
    torch.manual_seed(0)
    _, _, low_rank = torch.pca_lowrank(torch.from_numpy(rows), q=min(shape), niter=20)
    assert np.allclose(found.loadings[:there], turned(low_rank.numpy().T[:there]), atol=1e-6)


@given(TABLES, st.randoms(use_true_random=False))
def test_any_rows_in_any_order(rows: np.ndarray, random: object) -> None:
    found = components(rows)
    order = sorted(range(len(rows)), key=lambda _: random.random())  # type: ignore[attr-defined]
    again = components(rows[order])
    assert np.allclose(again.loadings, found.loadings, atol=1e-7)
    assert np.allclose(again.of(rows), found.of(rows), atol=1e-6)
    assert again.ties == found.ties
    here = found.loadings[: found.count]
    assert np.allclose(here @ here.T, np.eye(found.count), atol=1e-9)
    assert not found.loadings[found.count :].any()
    assert 0 <= found.shares[1] <= found.shares[0] + 1e-12
    assert found.shares.sum() <= 1 + 1e-12
    spread = np.linalg.norm(rows - rows.mean(axis=0)) ** 2
    assert np.linalg.norm(found.of(rows)) ** 2 == pytest.approx(found.shares.sum() * spread, abs=1e-9)
    rank = np.linalg.matrix_rank(rows - rows.mean(axis=0), tol=1e-9)
    assert found.count == min(2, rank)
    assert rank > 2 or found.shares.sum() == pytest.approx(float(bool(rank)))


def test_signs_and_ties() -> None:
    """The largest loading is positive, the first of equals; equal variances are seen along the columns."""
    assert np.allclose(components(np.array([[1.0, -1.0], [-1.0, 1.0]])).loadings, [[0.5**0.5, -(0.5**0.5)], [0, 0]])
    assert np.allclose(components(np.array([[1.0, -2.0], [-1.0, 2.0]])).loadings[0] * 5**0.5, [-1, 2])
    square = components(np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]]))
    assert (square.ties, square.count) == (((1, 2),), 2)
    assert np.allclose(square.loadings, np.eye(2))
    ball = components(np.concatenate([np.eye(4), -np.eye(4)]))
    assert ball.ties == ((1, 4),)
    assert np.allclose(ball.loadings, np.eye(4)[:2])
    second = components(np.concatenate([np.diag([3.0, 1, 1]), -np.diag([3.0, 1, 1])])[:, [2, 0, 1]])
    assert second.ties == ((2, 3),)
    assert np.allclose(second.loadings, [[0, 1, 0], [1, 0, 0]])
    assert second.shares.sum() == pytest.approx(10 / 11)


@pytest.mark.parametrize("rows", [[[0.1, 0.2, 0.3]], [[0.1, 0.7]] * 3, [[0.3]] * 7, [[0.0, 0.0]] * 2])
def test_rows_that_do_not_differ(rows: list[list[float]]) -> None:
    """Not by rounding either: the mean of three times 0.1 is not quite 0.1."""
    found = components(np.array(rows))
    assert (found.count, found.ties, found.shares.tolist()) == (0, (), [0, 0])
    assert not found.of(np.array(rows)).any()


@pytest.mark.parametrize("rows", [[[1.0], [2.0], [4.0]], [[1.0, 2], [2, 4], [3, 6]], [[5.0, 5, 5], [5, 6, 5]]])
def test_rows_on_a_line(rows: list[list[float]]) -> None:
    found = components(np.array(rows))
    assert found.count == 1
    assert found.shares == pytest.approx([1, 0])
    assert not found.of(np.array(rows))[:, 1].any()
