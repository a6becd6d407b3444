using MedQA.Dashboard.Tests.Fixtures;
using static Microsoft.Playwright.Assertions;

namespace MedQA.Dashboard.Tests;

/// <summary>Columns of a question set that are no part of its questions: named where a run is started, shown and filtered by afterwards.</summary>
public sealed class MetadataTests(Chromium chromium, AzuriteFixture azurite)
{
    [Fact]
    public async Task Columns_that_are_not_known_are_listed_and_mapped_where_a_run_is_started()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync("#/new");
        await JourneyTests.DropAsync(page, "odd.csv", "aufgabe,option_a,option_b,answer,\"Jahr, genau\",<b>\nIs it?,yes,no,A,2019,x\n");
        await Expect(page.Locator(".estimate")).ToContainTextAsync("no column is named question");
        await page.GetByLabel("aufgabe").SelectOptionAsync("question");
        await Expect(page.Locator(".estimate")).ToContainTextAsync("Questions1");
        await Expect(page.Locator(".columns label")).ToHaveTextAsync(["aufgabe", "Jahr, genau", "<b>"]);
        await page.GetByLabel("Jahr, genau").SelectOptionAsync("topic");
        await Expect(page.Locator(".columns label")).ToHaveTextAsync(["aufgabe", "Jahr, genau", "<b>"]);
        await Expect(page.Locator(".estimate")).ToContainTextAsync("Questions1");

        // Another file is read by its names alone.
        await JourneyTests.DropAsync(page, "cases.csv", Server.Questions(3));
        await Expect(page.Locator(".estimate")).ToContainTextAsync("Questions3");
        await Expect(page.Locator(".columns")).ToBeHiddenAsync();
        Assert.Empty(visit.Outside);
    }

    /// <summary>Whose columns the page cannot read, or are none of the metadata: named by the service, and by people.</summary>
    [Fact]
    public async Task Columns_of_a_json_array_and_long_texts_that_are_not_read_can_be_mapped_and_any_can_be_named()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync("#/new");
        await JourneyTests.DropAsync(page, "odd.json", """[ { "aufgabe": "Is it {\"}?", "options": ["yes", "no"], "answer": "A" } ]""");
        await Expect(page.Locator(".estimate")).ToContainTextAsync("no property of its first record is named question");
        await page.GetByLabel("aufgabe").SelectOptionAsync("question");
        await Expect(page.Locator(".estimate")).ToContainTextAsync("Questions1");

        await JourneyTests.DropAsync(page, "long.csv", $"question,option_a,option_b,answer,beschrieb\nIs it?,yes,no,A,{string.Concat(Enumerable.Repeat("A man of 60 has pain. ", 30))}\n");
        await Expect(page.Locator(".estimate")).ToContainTextAsync("'beschrieb' is not read, and holds a text in 1 of 1 rows");
        await page.GetByText("Columns", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("beschrieb").SelectOptionAsync("context");
        await Expect(page.Locator(".estimate")).Not.ToContainTextAsync("is not read");

        await page.GetByLabel("A column that is not listed").FillAsync("answer");
        await page.GetByText("List it").ClickAsync();
        await Expect(page.Locator(".columns label")).ToHaveTextAsync(["beschrieb", "answer"]);
        Assert.Empty(visit.Outside);
    }

    [Fact]
    public async Task A_runs_page_compares_accuracy_by_the_metadata_that_is_chosen()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedAsync(
            $"id,question,option_a,option_b,answer,difficulty,<b>,note\n{string.Concat(Enumerable.Range(0, 52).Select(static at => $"q{at},Is it {at}?,one,two,A,{(at % 2 == 0 ? "hard" : "<i>easy")},{at % 3},note {at}\n"))}", "few-shot", "set.csv");
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync($"#/runs/{run}");
        var card = page.Locator("details", new() { Has = page.GetByText("Accuracy by metadata", new() { Exact = true }) });
        var (own, glossary) = (await card.BoundingBoxAsync(), await page.Locator("[aria-labelledby=s-glossary]").BoundingBoxAsync());
        Assert.True(own!.Y < glossary!.Y);
        foreach (var (button, ending) in ((string, string)[])[("Model card", ".card.md"), ("Inspect log", ".inspect.json"), ("lm-evaluation-harness files", ".lm-eval.zip"), ("Every Eval Ever records", ".eee.zip")])
        {
            var saved = await page.RunAndWaitForDownloadAsync(() => page.GetByText(button, new() { Exact = true }).ClickAsync());
            Assert.EndsWith(ending, saved.SuggestedFilename, StringComparison.Ordinal);
        }

        await card.Locator("summary").First.ClickAsync();
        await Expect(card.Locator(".chip")).ToHaveTextAsync(["difficulty", "<b>", "note"]);
        await Expect(card.Locator(".chip").Nth(2)).ToBeDisabledAsync();
        await card.Locator(".chip").Nth(0).ClickAsync();
        await Expect(card.Locator("tbody tr")).ToHaveCountAsync(2);
        await Expect(card.Locator("tbody")).ToContainTextAsync("<i>easy");
        await card.Locator(".chip").Nth(1).ClickAsync();
        await Expect(card.Locator("tbody tr")).ToHaveCountAsync(5);
        await card.Locator(".chip").Nth(0).ClickAsync();
        await Expect(card.Locator("tbody tr")).ToHaveCountAsync(3);
        await Expect(card.Locator(".chip").Nth(0)).ToHaveAttributeAsync("aria-pressed", "false");
        Assert.Empty(visit.Faults);
        Assert.Empty(visit.Outside);
    }

    [Fact]
    public async Task A_value_on_a_questions_page_leads_to_the_questions_that_have_it_and_back_to_all()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedAsync(
            "id,question,option_a,option_b,answer,difficulty,__proto__\nq0,Is it one?,one,two,A,hard,<i>\nq1,Is it two?,one,two,A,easy,y\nq2,Is it three?,one,two,A,hard,y\n", "few-shot", "set.csv");
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync($"#/runs/{run}/questions");
        await Expect(page.Locator(".metadata")).ToContainTextAsync("difficultyhard");
        await Expect(page.Locator(".metadata")).ToContainTextAsync("__proto__<i>");
        await page.Locator(".metadata a").First.ClickAsync();
        await Expect(page.Locator(".question-list > li")).ToHaveCountAsync(2);
        await page.GetByText("difficulty: hard ✕").ClickAsync();
        await Expect(page.Locator(".question-list > li")).ToHaveCountAsync(3);
        Assert.Empty(visit.Faults);
        Assert.Empty(visit.Outside);
    }
}
