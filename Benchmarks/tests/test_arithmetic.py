"""Medians, quartiles, ratios and drawn lengths."""

import unittest

from arithmetic import Ratio, Spread, drawn_lengths, mean, quantile


class QuantileTests(unittest.TestCase):
    def test_lies_between_neighbours_by_proportion(self) -> None:
        self.assertEqual(quantile([4, 1, 3, 2], 0.5), 2.5)
        self.assertEqual(quantile([4, 1, 3, 2], 0.25), 1.75)
        self.assertEqual(quantile([10, 20, 30], 0.5), 20)
        self.assertEqual(quantile([7], 0.75), 7)
        self.assertEqual(quantile([1, 2], 1), 2)
        self.assertEqual(quantile([1, 2], 0), 1)

    def test_has_nothing_to_say_of_nothing(self) -> None:
        with self.assertRaises(ValueError):
            quantile([], 0.5)
        with self.assertRaises(ValueError):
            mean([])

    def test_a_spread_is_the_median_with_its_quartiles(self) -> None:
        self.assertEqual(Spread.of([5, 1, 2, 3, 4]), Spread(median=3, lower=2, upper=4, count=5))


class RatioTests(unittest.TestCase):
    def test_is_of_the_medians_and_spreads_as_the_rounds_do(self) -> None:
        # Rounds: 10, 20 and 5; medians: 20 and 2.
        self.assertEqual(Ratio.of([10, 40, 20], [1, 2, 4]), Ratio(ofMedians=10, smallest=5, largest=20))

    def test_rounds_are_those_that_both_have(self) -> None:
        self.assertEqual(Ratio.of([10, 20, 900], [1, 1]).largest, 20)

    def test_a_division_by_nothing_is_none(self) -> None:
        for above, below in [([1.0], [0.0]), ([], [])]:
            with self.assertRaises(ValueError):
                Ratio.of(above, below)


class LengthTests(unittest.TestCase):
    def test_one_lies_in_each_strip_around_the_nominal_length(self) -> None:
        lengths = drawn_lengths(7, 10, seed=1)
        for place, length in enumerate(sorted(lengths)):
            self.assertGreaterEqual(length, 7 * (0.9 + 0.02 * place))
            self.assertLess(length, 7 * (0.9 + 0.02 * (place + 1)))

    def test_the_seed_alone_decides(self) -> None:
        self.assertEqual(drawn_lengths(60, 3, seed=5), drawn_lengths(60, 3, seed=5))
        self.assertNotEqual(drawn_lengths(60, 3, seed=5), drawn_lengths(60, 3, seed=6))
        self.assertNotEqual(drawn_lengths(60, 9, seed=5), sorted(drawn_lengths(60, 9, seed=5)))


if __name__ == "__main__":
    unittest.main()
