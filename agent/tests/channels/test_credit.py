import random
import unittest

from conc_agent import frames
from conc_agent.channels.credit import ITEM_COST, Intake


class Credit(unittest.TestCase):
    def test_what_is_taken_is_granted_in_quarters_of_the_window(self):
        intake = Intake()
        costs = [intake.queue(b"x" * 60000) for _ in range(10)]
        grants = [intake.taken(cost) for cost in costs]
        self.assertEqual(sum(grants), sum(costs[:10]) - sum(costs[:10]) % (5 * costs[0]))
        self.assertTrue(all(grant == 0 or grant >= frames.GRANT for grant in grants))

    def test_parts_of_a_long_item_are_granted_as_they_come_while_nothing_waits(self):
        intake = Intake()
        granted = sum(intake.part(b"x" * frames.CHUNK) for _ in range(64))
        self.assertEqual(granted, 64 * frames.CHUNK)
        self.assertEqual(len(intake.whole(b"end")), 64 * frames.CHUNK + 3)
        self.assertEqual(intake.queue(b"end"), 3 + ITEM_COST)

    def test_parts_behind_an_item_that_waits_are_held_until_it_is_taken(self):
        intake = Intake()
        first = intake.queue(b"x")
        self.assertEqual(sum(intake.part(b"x" * frames.CHUNK) for _ in range(8)), 0)
        self.assertEqual(intake.taken(first), 8 * frames.CHUNK + 1 + ITEM_COST)

    def test_credit_ahead_is_not_granted_again(self):
        intake = Intake()
        costs = [intake.queue(b"x" * 60000) for _ in range(8)]
        self.assertEqual(intake.ahead(), sum(costs))
        self.assertEqual(intake.ahead(), 0)
        self.assertEqual(sum(intake.taken(cost) for cost in costs), 0)

    def test_whatever_comes_in_whatever_order_no_more_is_granted_than_came_and_no_sender_starves(self):
        chance = random.Random(7)
        for _ in range(200):
            self._play(chance)

    def _play(self, chance):
        """A sender that obeys its credit, and a receiver that takes at random: all that was to be sent arrives."""
        intake, credit, waiting, sent, left = Intake(), frames.WINDOW, [], 0, 40
        parts = []
        while left or parts or waiting:
            if not parts and left:
                left -= 1
                count = chance.choice([0, 0, 1, 3, 30])
                parts = [(True, b"p" * frames.CHUNK)] * count + [(False, b"l" * chance.randrange(frames.CHUNK))]
            moved = False
            if parts:
                more, data = parts[0]
                cost = len(data) + (0 if more else ITEM_COST)
                if cost <= credit:
                    parts.pop(0)
                    credit, sent, moved = credit - cost, sent + cost, True
                    if more:
                        credit += intake.part(data)
                    else:
                        intake.whole(data)
                        waiting.append(intake.queue(data))
            if waiting and (not moved or chance.random() < 0.3):
                credit += intake.taken(waiting.pop(0))
                moved = True
            if chance.random() < 0.01:
                credit += intake.ahead()
            self.assertTrue(moved, "the sender starves")
            self.assertLessEqual(credit, frames.WINDOW * 40)
