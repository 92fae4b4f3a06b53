"""Loading and saving scenario files."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from modelops_abm.scenario import (
    Archetype,
    Distribution,
    ImportedPortfolio,
    InputError,
    ModelKind,
    PortfolioModel,
    Scenario,
    ValueSource,
    files as scenario_files,
    load_scenario,
    read_scenario,
    save_scenario,
    scenario_text,
    with_values,
)
from modelops_abm.scenario.quantity import weibull_cv

ENDINGS = ("toml", "yaml", "yml", "json")


def load(folder: Path, text: str, ending: str = "toml") -> Scenario:
    path = folder / f"plan.{ending}"
    path.write_text(text, encoding="utf-8")
    return load_scenario(path)


def error_of(folder: Path, text: str, ending: str = "toml") -> str:
    with pytest.raises(InputError) as caught:
        load(folder, text, ending)
    return str(caught.value).replace(f"{folder}{os.sep}", "")


@pytest.fixture
def rich() -> Scenario:
    """A scenario in which nothing is left out."""
    day = date(2026, 3, 1)
    models = (
        PortfolioModel(id="a", archetype="retail", users=3.0, deployed_at=date(2025, 1, 1)),
        PortfolioModel(id="b", stage="build", deployed_at=day, regulated=True, name='no "1e3"'),
    )
    scenario = Scenario(
        name="no",
        description="two\nlines, a tab\t, 'quotes', # no comment, \u00e9, \U0001f600",
        start_date=date(2026, 1, 31),
        archetypes=(
            Archetype(name="retail", share=0.25, market_size=Distribution(mean=9.0)),
            Archetype(name="1e3", share=0.75, decaying_share=0.5),
        ),
        imported=ImportedPortfolio(source="2026-01-01", models=models),
        sources=(ValueSource(name="archetypes", source="null", confidence="client"),),
    )
    return with_values(scenario, {"finance.discount_rate": 1e-17}, source="the test")


@pytest.mark.parametrize("ending", ENDINGS)
def test_saved_scenario_is_loaded_unchanged(rich: Scenario, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"plan.{ending}"
    save_scenario(rich, path)
    assert load_scenario(path) == rich


@pytest.mark.parametrize("ending", ENDINGS)
def test_values_without_source_stay_without(ending: str, tmp_path: Path) -> None:
    scenario = Scenario(model=ModelKind(decaying_share=0.2))
    path = tmp_path / f"plan.{ending}"
    save_scenario(scenario, path)
    assert load_scenario(path).sources == ()


def test_edited_value_of_a_saved_file_is_credited_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    save_scenario(Scenario(), path)
    path.write_text(path.read_text().replace("developers = 8", "developers = 6"))
    names = [(source.name, source.source) for source in load_scenario(path).sources]
    assert names == [("team.developers", "file plan.toml")]


def test_saved_toml_says_what_it_is_and_states_units(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    save_scenario(Scenario(name="a\nb"), path)
    text = path.read_text()
    assert text.startswith("# Scenario 'a b' of modelops_abm")
    assert "interval_days = 90.0  # days" in text
    assert "imported" not in text


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("toml", "[team]\ndevelopers = 5\n"),
        ("toml", "team.developers = 5"),
        ("toml", "\ufeffteam = {developers = 5}"),
        ("toml", "[team]\r\ndevelopers = 5\r\n"),
        ("yaml", "team:\n  developers: 5\n"),
        ("yaml", "{team: {developers: 5}}"),
        ("json", '{"team": {"developers": 5}}'),
    ],
)
def test_file_states_only_what_differs(ending: str, text: str, tmp_path: Path) -> None:
    scenario = load(tmp_path, text, ending)
    source = ValueSource(name="team.developers", source=f"file plan.{ending}", confidence="user")
    expected = with_values(Scenario(), {"team.developers": 5}, source=source.source)
    assert scenario == expected
    assert scenario.sources == (source,)


def test_values_equal_to_the_default_need_no_source(tmp_path: Path) -> None:
    assert load(tmp_path, "[team]\ndevelopers = 8\n").sources == ()


def test_own_sources_of_a_file_are_kept(tmp_path: Path) -> None:
    text = """
    team.developers = 5
    model.market_size.mean = 90
    finance.discount_rate = 0.1
    [[sources]]
    name = "team.developers"
    source = "head count of June"
    confidence = "client"
    [[sources]]
    name = "model"
    source = "the client's survey"
    """
    found = {source.name: source.source for source in load(tmp_path, text).sources}
    assert found == {
        "team.developers": "head count of June",
        "model": "the client's survey",
        "finance.discount_rate": "file plan.toml",
    }


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("4", Distribution(family="weibull", mean=4.0, cv=weibull_cv(2.0))),
        ("{mean = 4}", Distribution(family="weibull", mean=4.0, cv=weibull_cv(2.0))),
        ("{cv = 0.3}", Distribution(family="weibull", mean=3.0, cv=0.3)),
        ("{shape = 1}", Distribution(family="weibull", mean=3.0, cv=weibull_cv(1.0))),
        ("{family = 'lognormal'}", Distribution(family="lognormal", mean=3.0, cv=0.5)),
        ("{family = 'constant'}", Distribution(family="constant", mean=3.0, cv=0.0)),
        ("{family = 'exponential', mean = 1}", Distribution(family="exponential", mean=1.0, cv=1)),
        ("{family = 'gamma', cv = 0.2}", Distribution(family="gamma", mean=3.0, cv=0.2)),
    ],
)
def test_distribution_may_be_stated_in_part(
    stated: str, expected: Distribution, tmp_path: Path
) -> None:
    scenario = load(tmp_path, f"model.useful_life_years = {stated}")
    assert scenario.model.useful_life_years.model_dump() == pytest.approx(expected.model_dump())


def test_archetype_in_part_is_laid_over_the_model(tmp_path: Path) -> None:
    text = """
    model.market_size = {family = "gamma", mean = 100, cv = 0.9}
    archetypes = [{name = "one", share = 1, market_size = 300, useful_life_years = {mean = 5}}]
    """
    archetype = load(tmp_path, text).archetypes[0]
    assert archetype.market_size == Distribution(family="gamma", mean=300.0, cv=0.9)
    assert archetype.useful_life_years is not None
    assert archetype.useful_life_years.family == "weibull"


def test_yaml_reads_numbers_words_and_dates_as_meant(tmp_path: Path) -> None:
    text = "name: no\nstart_date: 2026-05-01\nfinance: {discount_rate: 1e-1}\nimported: ~\n"
    scenario = load(tmp_path, text, "yaml")
    assert scenario.name == "no"
    assert scenario.start_date == date(2026, 5, 1)
    assert scenario.finance.discount_rate == 0.1


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("toml", "start_date = '2026-05-01'"),
        ("toml", "start_date = 2026-05-01T00:00:00"),
        ("yaml", "start_date: '2026-05-01'"),
        ("json", '{"start_date": "2026-05-01"}'),
    ],
)
def test_date_may_be_text(ending: str, text: str, tmp_path: Path) -> None:
    assert load(tmp_path, text, ending).start_date == date(2026, 5, 1)


def test_all_problems_are_reported_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = """name = "plan"
    [capabilities.monitoring]
    maximum = 1.4
    [capabilities.monitorng]
    [drift]
    developers = 3
    [model]
    market_size = { family = "constant", cv = 0.3 }
    useful_life_years = 200
    [[archetypes]]
    name = "retail"
    share = 1.0
    [[archetypes]]
    name = "b"
    """
    assert error_of(tmp_path, text).splitlines() == [
        "plan.toml, line 3: capabilities.monitoring.maximum is 1.4; allowed is 0 to 1 (level)",
        "plan.toml, line 4: capabilities.monitorng: no such name; did you mean monitoring?",
        "plan.toml, line 6: drift.developers: no such name; did you mean team.developers?",
        "plan.toml, line 8: model.market_size.cv is 0.3; "
        "must be 0 (or left out) for the constant family",
        "plan.toml, line 9: model.useful_life_years.mean is 200; "
        "allowed is more than 0, at most 100 (years)",
        "plan.toml, line 13: archetypes[b].share: must be given",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "capabilities.monitoring.delay_with_days = 40",
            "plan.toml, line 1: capabilities.monitoring.delay_with_days is 40; "
            "must not exceed delay_without_days (30 days)",
        ),
        (
            "team.priority_order = ['build', 'repair', 'retrain', 'capability', 'deploy']",
            "plan.toml, line 1: team.priority_order is a list of length 5; "
            "build must come last: the backlog never empties",
        ),
        (
            "[usage]\nseason = [1, 2, 3]",
            "plan.toml, line 2: usage.season is a list of length 3; "
            "must have 12 numbers, from January to December",
        ),
        (
            "usage.season = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -2]",
            "plan.toml, line 1: usage.season[entry 12] is -2; allowed is 0 to 1,000 (multiples)",
        ),
        (
            "[[archetypes]]\nname = 'a'\nshare = 0.5\n[[archetypes]]\nname = 'a'\nshare = 0.5",
            "plan.toml, line 5: archetypes[a].name is 'a'; every archetype needs its own name",
        ),
        (
            "[[archetypes]]\nname = 'a'\nshare = 0.5",
            "plan.toml, line 1: archetypes is a list of length 1; "
            "the shares must add up to 1, not 0.5",
        ),
        (
            "[imported]\nsource = 'x'\n[[imported.models]]\nid = 'm'\narchetype = 'z'",
            "plan.toml, line 5: imported.models[m].archetype is 'z'; "
            "is not an archetype of the scenario (none)",
        ),
        (
            "[imported]\nsource = 'x'\n[[imported.models]]\nid = 'm'\nusers = -1",
            "plan.toml, line 5: imported.models[m].users is -1; "
            "allowed is 0 to 1,000,000,000 (users)",
        ),
        (
            "[imported]\nsource = 'x'\n[[imported.models]]\nid = 'm'\n[[imported.models]]\nid='m'",
            "plan.toml, line 6: imported.models[m].id is 'm'; occurs twice; "
            "every model needs its own",
        ),
        ("without_source = 3", "plan.toml, line 1: without_source is 3; expected a list of names"),
        ("name = ''", "plan.toml, line 1: name is ''; must not be empty"),
        (
            "team.preemption = 'maintenence'",
            "plan.toml, line 1: team.preemption is 'maintenence'; "
            "allowed is maintenance or none; did you mean maintenance?",
        ),
        (
            '"a\\u001b[31mb" = 3',
            "plan.toml, line 1: a\\x1b[31mb: no such name",
        ),
    ],
)
def test_error_in_full(text: str, expected: str, tmp_path: Path) -> None:
    assert error_of(tmp_path, text) == expected


def test_problems_can_be_read_apart(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("team:\n  developers: 0\n")
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    (problem,) = caught.value.problems
    assert problem.place == f"{path}, line 2"
    assert (problem.field, problem.value) == ("team.developers", "0")
    assert problem.message == "allowed is 1 to 10,000 (developers)"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.toml", "there is no such file"),
        ("plan.txt", "must end in .toml, .yaml, .yml or .json"),
        ("plan", "must end in .toml, .yaml, .yml or .json"),
        ("folder.toml", "it is a folder, not a file"),
        ("nul\0.toml", "there is no such file"),
    ],
)
def test_what_is_no_scenario_file(name: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(InputError, match=words):
        load_scenario(tmp_path / name)


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "plan.toml").write_text("name = 'x'")
    monkeypatch.setattr("modelops_abm.disk.os.open", refuse)
    with pytest.raises(InputError, match=r"plan\.toml: cannot be read: permission denied"):
        load_scenario(tmp_path / "plan.toml")


@pytest.mark.parametrize("name", ["missing/plan.toml", "folder.toml", "nul\0.toml", "plan.txt"])
def test_file_that_cannot_be_written(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(InputError):
        save_scenario(Scenario(), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.toml"]


def test_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "plan.toml"
    path.write_text("what was there")
    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_scenario(Scenario(), path, replace=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.toml"]
    assert path.read_text() == "what was there"


@pytest.mark.parametrize("has_links", [True, False], ids=["hard links", "no hard links"])
def test_a_file_that_is_made_meanwhile_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    path = tmp_path / "plan.toml"
    flush = os.fsync

    def made_meanwhile(descriptor: int) -> None:
        flush(descriptor)
        path.write_text("of somebody else")

    def no_links(*_arguments: object, **_keywords: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    if not has_links:
        monkeypatch.setattr(os, "link", no_links)
        save_scenario(Scenario(), tmp_path / "other.toml")
        assert load_scenario(tmp_path / "other.toml") == Scenario()
        (tmp_path / "other.toml").unlink()
    monkeypatch.setattr(os, "fsync", made_meanwhile)
    with pytest.raises(InputError, match=r"plan\.toml: is there already"):
        save_scenario(Scenario(), path)
    assert path.read_text() == "of somebody else"
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.toml"]


def test_scenario_too_large_to_load_is_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenario_files, "LARGEST_FILE", 100)
    with pytest.raises(InputError, match="allowed are 100 bytes"):
        save_scenario(Scenario(), tmp_path / "plan.toml")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_scenario_is_read_from_its_content(ending: str) -> None:
    scenario = with_values(Scenario(), {"team.developers": 5}, source="me")
    name = f"plan.{ending}"
    assert read_scenario(scenario_text(scenario, name).encode(), name) == scenario


def test_content_is_limited_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenario_files, "LARGEST_FILE", 10)
    with pytest.raises(InputError, match=r"plan\.toml: is too large; allowed are 10 bytes"):
        read_scenario(b"horizon_days = 365", "plan.toml")


@pytest.mark.parametrize("text", [f"{'a.' * 90_000}a = 1", f"x = {{ {'a.' * 90_000}a = 1 }}"])
def test_a_name_of_thousands_of_parts_is_refused_at_once(text: str) -> None:
    with pytest.raises(InputError, match="line 2: nested more than 20 levels deep"):
        read_scenario(f"# long\n{text}".encode(), "plan.toml")


def test_dots_in_text_are_no_names() -> None:
    description = "see " + ".".join(["1"] * 15) + ", e.g. a.b.c. And so on. " * 40
    text = f'description = "{description}"\nhorizon_days = 365\n'
    assert read_scenario(text.encode(), "plan.toml").horizon_days == 365
