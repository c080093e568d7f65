"""The polynomials against the C library, and the bits against PyTorch."""

import hashlib

import numpy as np

from gpt_by_hand.data.box_muller import fused, log, normal_pairs, sin_cos
from gpt_by_hand.data.random import RandomStream

EPS32 = float(np.finfo(np.float32).eps)
SIXTEEN_THOUSAND = np.arange(1, 2**24, 1021, dtype=np.float32) * np.float32(2**-24)  # spread over (0, 1)


def test_log_agrees_with_the_library():
    want = np.log(SIXTEEN_THOUSAND.astype(np.float64))
    np.testing.assert_allclose(log(SIXTEEN_THOUSAND), want, rtol=2 * EPS32, atol=0)


def test_log_of_one_is_zero_so_that_a_radius_is_never_imaginary():
    assert log(np.ones(1, dtype=np.float32))[0] == 0
    assert (log(SIXTEEN_THOUSAND) <= 0).all()


def test_sine_and_cosine_agree_with_the_library_over_the_whole_turn():
    angle = np.float32(2 * np.pi) * SIXTEEN_THOUSAND
    sine, cosine = sin_cos(angle)
    np.testing.assert_allclose(sine, np.sin(angle.astype(np.float64)), rtol=0, atol=EPS32)
    np.testing.assert_allclose(cosine, np.cos(angle.astype(np.float64)), rtol=0, atol=EPS32)


def test_fused_rounds_once():
    third = np.float32(1 / 3)
    assert fused(third, 3.0, -1.0) == np.float32(2**-25)  # the product's own rounding error, which two steps lose
    assert third * np.float32(3) - np.float32(1) == 0


def test_a_block_is_eight_pairs():
    x = RandomStream(5).uniform(2, 16).astype(np.float64)
    radius, angle = np.sqrt(-2 * np.log(1 - x[:, :8])), 2 * np.pi * x[:, 8:]
    want = np.hstack([radius * np.cos(angle), radius * np.sin(angle)])
    np.testing.assert_allclose(normal_pairs(x.astype(np.float32)), want, rtol=0, atol=1e-5)


def test_the_same_bits_on_every_machine():
    # Equal, when it was recorded, to torch.empty(65_536).normal_() with PyTorch 2.13.0 on an AVX2 processor.
    digest = hashlib.sha256(RandomStream(1337).normal(65_536).astype("<f4").tobytes()).hexdigest()
    assert digest == "e077e6106b0d9f642b97691f95862525330bfd6cb29d443ce2b07ded312210f7"
