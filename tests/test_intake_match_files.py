"""How many of the true pairs are found, and how many false ones, in made-up and in real files."""

import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bench_match import made_up, named, spoiled, words

from crm_core.intake.match.blocks import candidates
from crm_core.intake.match.features import read_features
from crm_core.intake.match.likely import likely_pairs

Pairs = set[tuple[int, int]]


def found(pairs: pd.DataFrame) -> Pairs:
    """The pairs, the lower number first."""
    low, high = pairs[["first", "second"]].min(axis=1), pairs[["first", "second"]].max(axis=1)
    return set(zip(low, high, strict=True))


def quality(pairs: Pairs, truth: Pairs) -> tuple[float, float]:
    """Precision and recall."""
    return len(pairs & truth) / max(len(pairs), 1), len(pairs & truth) / len(truth)


def numbered(rows: pd.DataFrame, column: str, ids: pd.DataFrame) -> Pairs:
    at = {value: index for index, value in rows[column].items()}
    both = zip(ids.iloc[:, 0].map(at), ids.iloc[:, 1].map(at), strict=True)
    return {(min(pair), max(pair)) for pair in both}


@pytest.mark.parametrize("rows", [50, 400, 5000])
def test_people_typed_twice_are_found(rows: int) -> None:
    """Slips, exchanged names, initials and gaps: 98 of 100 found, 99 of 100 right, in files of any size."""
    ours = made_up(rows)
    truth = {(n, n) for n in range(rows)}
    precision, recall = quality(found(likely_pairs(ours, spoiled(ours))), truth)
    assert precision >= 0.99 and recall >= 0.98


@pytest.mark.parametrize("column", [["birthday"], ["address", "postcode"], ["email", "phone_key"]])
def test_they_are_found_with_less_to_go_by(column: list[str]) -> None:
    """Without birthday, address, or e-mail and phone most are still found, and nobody else."""
    ours = made_up(2000)
    theirs = spoiled(ours)
    pairs = found(likely_pairs(ours.drop(columns=column), theirs.drop(columns=column)))
    precision, recall = quality(pairs, {(n, n) for n in range(2000)})
    assert precision >= 0.99 and recall >= 0.85


def test_different_people_make_no_pairs() -> None:
    """20,000 people of common names, half of them namesakes in one town: fewer than one pair in a thousand."""
    luck, rows = np.random.default_rng(3), 20_000
    names = np.char.add(luck.choice(words(5, 60, 1), rows).astype(str), " ")
    ours = made_up(rows).assign(
        name=np.char.add(names, luck.choice(words(6, 100, 2), rows).astype(str)),
        city=luck.choice(words(7, 5, 2), rows),
    )
    plain = ours[["code", "name", "email", "phone_key", "city", "birthday"]]
    assert len(likely_pairs(plain)) < rows / 1000
    assert len(likely_pairs(plain.drop(columns=["birthday"]))) < rows / 1000


def test_families_make_no_pairs() -> None:
    """Four of a family name, address and phone, each with a birthday and given name of their own."""
    ours, homes = made_up(4000), made_up(1000, seed=4)
    shared = ["family_name", "address", "city", "postcode", "phone_key"]
    ours[shared] = homes[shared].loc[np.repeat(np.arange(1000), 4)].to_numpy()
    alike = ours.assign(home=np.repeat(np.arange(1000), 4)).duplicated(["home", "given_name"], keep=False)
    assert len(likely_pairs(ours[~alike].drop(columns="email"))) <= 4


def test_each_person_is_compared_with_few() -> None:
    """The pairs that are looked at stay below thirty a person."""
    ours = made_up(20_000)
    i, _ = candidates(read_features(pd.concat([ours, spoiled(ours)], ignore_index=True), None))
    assert len(i) < 30 * 40_000


def test_a_crowd_of_namesakes_is_compared_with_few() -> None:
    """Ten thousand people of one name in one town are not compared each with each."""
    crowd = made_up(10_000).assign(given_name="Maria", family_name="Garcia", city="Madrid", address="Plaza 1")
    i, _ = candidates(read_features(crowd, None))
    assert len(i) < 30 * 10_000


def test_two_threads_get_the_same_pairs() -> None:
    """The comparison keeps no state: side by side it gives what it gives alone."""
    ours = [made_up(500, seed) for seed in (1, 2)]
    alone, beside = [likely_pairs(one, spoiled(one)) for one in ours], [pd.DataFrame()] * 2

    def compare(place: int) -> None:
        beside[place] = likely_pairs(ours[place], spoiled(ours[place]))

    threads = [threading.Thread(target=compare, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, two in zip(alone, beside, strict=True):
        pd.testing.assert_frame_equal(one, two)


# Real files -------------------------------------------------------------------------------------------------


def cells(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", skipinitialspace=True)


def febrl(folder: Path) -> tuple[pd.DataFrame, Pairs]:
    """The rows as the importer maps them, and who is who."""
    rows = cells(folder / "febrl1.csv").rename(
        columns={
            "rec_id": "code", "surname": "family_name", "address_1": "address", "suburb": "city", "state": "region",
            "street_number": "extra.street_number", "address_2": "extra.address_2", "soc_sec_id": "extra.soc_sec_id",
        }
    )  # fmt: skip
    days = pd.to_datetime(rows.pop("date_of_birth"), format="%Y%m%d", errors="coerce")
    rows["birthday"] = days.dt.strftime("%Y-%m-%d").astype("str")
    return rows, numbered(rows, "code", cells(folder / "febrl1_true_pairs.csv"))


@pytest.mark.parametrize(
    ("without", "right", "all_of"), [([], 0.97, 0.95), (["extra.soc_sec_id"], 0.95, 0.9)]
)
def test_the_people_of_febrl(shared_data: Path, without: list[str], right: float, all_of: float) -> None:
    """Of 500 people typed twice nearly all are found, with and without their insurance number."""
    rows, truth = febrl(shared_data / "duplicates")
    precision, recall = quality(found(likely_pairs(rows.drop(columns=without))), truth)
    assert precision >= right and recall >= all_of


def test_febrl_with_the_name_in_one_column(shared_data: Path) -> None:
    """Given and family name in one cell, the street with its number: nothing is lost."""
    rows, truth = febrl(shared_data / "duplicates")
    rows["address"] = (rows["extra.street_number"].fillna("") + " " + rows["address"].fillna("")).str.strip()
    one = named(rows).drop(columns=["extra.street_number", "extra.address_2", "extra.soc_sec_id"])
    precision, recall = quality(found(likely_pairs(one)), truth)
    assert precision >= 0.95 and recall >= 0.9


def test_the_restaurants(shared_data: Path) -> None:
    """Of 112 businesses listed twice in other words most are found by name, address and town alone."""
    folder = shared_data / "duplicates"
    rows = cells(folder / "restaurant-nophone-training.csv")[["name", "address", "city"]]
    ids = pd.read_csv(folder / "restaurant_true_pairs_by_row.csv")
    truth = set(zip(ids["id_1"], ids["id_2"], strict=True))
    precision, recall = quality(found(likely_pairs(rows)), truth)
    assert precision >= 0.85 and recall >= 0.85
