"""The compile command: exit codes, messages, and what the functions read of it."""

import json

from connector.settings.compile import main
from connector.settings.compiled import load_compiled
from connector.settings.loading import load_sources
from tests.unit.settings.writing import DEFAULTS, STORES, write


def run(folder, target, capsys):
    code = main([str(folder), str(target)])
    printed = capsys.readouterr()
    assert printed.out == ""
    return code, printed.err


def test_sound_settings_are_compiled_beside_their_sources(tmp_path, capsys):
    code, said = run(write(tmp_path / "in"), tmp_path / "out", capsys)
    assert (code, said) == (0, "settings: 1 stores, 1 mappings\n")
    assert (tmp_path / "out/stores.yaml").read_text() == STORES
    assert (tmp_path / "out/mappings/order.yaml").read_bytes() == (
        DEFAULTS / "mappings/order.yaml"
    ).read_bytes()


def test_compiled_settings_are_the_sources(tmp_path, capsys):
    run(write(tmp_path / "in"), tmp_path / "out", capsys)
    assert load_compiled(tmp_path / "out") == load_sources(tmp_path / "in")
    content = json.loads((tmp_path / "out/compiled.json").read_bytes())
    assert content["stores"]["stores"]["shop"]["amounts"] == "net", (
        "the receive path reads defaults from here"
    )


def test_shipped_settings_compile(tmp_path, capsys):
    assert run(DEFAULTS, tmp_path, capsys)[0] == 0
    assert (tmp_path / "rules.py").exists()


def test_wrong_settings_end_with_1_and_their_findings_and_write_nothing(tmp_path, capsys):
    folder = write(tmp_path / "in", STORES.replace("platform: shopify", "platform: etsy"))
    code, said = run(folder, tmp_path / "out", capsys)
    assert code == 1
    assert f"{folder}/stores.yaml:7: stores.shop.platform: " in said
    assert not (tmp_path / "out").exists()


def test_rules_that_do_not_compile_are_a_finding(tmp_path, capsys):
    folder = write(tmp_path / "in")
    (folder / "rules.py").write_text("def after_parse(order):\n    return order +\n")
    code, said = run(folder, tmp_path / "out", capsys)
    assert (code, "rules.py:2" in said) == (1, True)


def test_wrong_use_ends_with_2(capsys):
    assert main(["one"]) == 2
    assert "usage" in capsys.readouterr().err
