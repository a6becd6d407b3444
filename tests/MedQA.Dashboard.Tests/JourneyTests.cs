using System.Text;
using MedQA.Dashboard.Tests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MedQA.Dashboard.Tests;

/// <summary>What people do: give a file, watch it, look closer, compare, stop and remove.</summary>
public sealed class JourneyTests(Chromium chromium, AzuriteFixture azurite)
{
    [Fact]
    public async Task A_file_is_dropped_estimated_started_watched_looked_into_and_compared()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync("");
        await Expect(page.Locator("main")).ToContainTextAsync("No runs yet");
        await page.GetByRole(AriaRole.Link, new() { Name = "Start the first run" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start the run" })).ToBeDisabledAsync();
        await DropAsync(page, "cases.csv", Server.Questions(12));
        await Expect(page.Locator(".file-name")).ToContainTextAsync("cases.csv");
        await Expect(page.Locator("main")).ToContainTextAsync("Tokens to generate");

        // The model is held back in the middle of the run.
        var questions = 0;
        var go = new TaskCompletionSource();
        server.Model.Before = cancel => Interlocked.Increment(ref questions) > 5 ? go.Task.WaitAsync(cancel) : Task.CompletedTask;
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("cases.csv");
        await Expect(page.Locator(".live")).ToContainTextAsync("provisional");
        await Expect(page.Locator(".live .progress")).ToContainTextAsync(" of 12");
        go.SetResult();
        await Expect(page.Locator(".badge")).ToHaveTextAsync("completed");
        await Expect(page.Locator("main")).ToContainTextAsync("95 % interval");

        await page.GetByRole(AriaRole.Link, new() { Name = "Questions", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Wrong" }).ClickAsync();
        await Expect(page.Locator(".verdict")).ToContainTextAsync("right is");
        await Expect(page.Locator(".reasoning")).ToHaveCountAsync(11);

        await server.FinishedAsync(Server.Questions(12), "chain-of-thought", "cases.csv");
        await page.GetByRole(AriaRole.Link, new() { Name = "Runs", Exact = true }).First.ClickAsync();
        await Expect(page.Locator("li.run-row")).ToHaveCountAsync(2);
        foreach (var box in await page.GetByRole(AriaRole.Checkbox).AllAsync())
        {
            await box.CheckAsync();
        }

        await page.GetByRole(AriaRole.Link, new() { Name = "Compare the selected runs" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("McNemar's test");
        await Expect(page.Locator(".flip")).Not.ToHaveCountAsync(0);
        await page.Locator(".flip-side").First.ClickAsync();
        await Expect(page.Locator(".verdict")).ToBeVisibleAsync();
        Assert.Empty(visit.Faults);
        Assert.Empty(visit.Outside);
    }

    [Theory]
    [InlineData("limit", "Only the file's first 5 usable questions are asked.")]
    [InlineData("sample", "A random sample of 5 of the file's 12 usable questions is asked.")]
    public async Task A_part_of_a_file_is_estimated_and_asked(string part, string note)
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync("#/new");
        await DropAsync(page, "cases.csv", Server.Questions(12));
        await Expect(page.Locator(".estimate")).ToContainTextAsync("Tokens to generate");
        await Expect(page.Locator("#part-size")).ToBeHiddenAsync();

        await page.Locator("#part").SelectOptionAsync(part);
        await page.Locator("#part-size").FillAsync("5");
        await page.Locator("#part-size").BlurAsync();
        await Expect(page.Locator(".estimate")).ToContainTextAsync(note);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();

        await Expect(page.Locator(".badge")).ToHaveTextAsync("completed");
        await Expect(page.Locator("main")).ToContainTextAsync(note);
        await Expect(page.Locator("main")).ToContainTextAsync(" of 5 right");
        var saving = page.WaitForDownloadAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Answers, Parquet" }).ClickAsync();
        Assert.EndsWith(".parquet", (await saving).SuggestedFilename, StringComparison.Ordinal);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task A_run_that_stops_once_its_accuracy_is_known_says_so()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync("#/new");
        await DropAsync(page, "cases.csv", Server.Questions(160));
        await Expect(page.Locator(".estimate")).ToContainTextAsync("Tokens to generate");
        await Expect(page.Locator("#until-help")).ToHaveTextAsync("Blank: all questions are asked.");
        var start = page.GetByRole(AriaRole.Button, new() { Name = "Start the run" });
        foreach (var wrong in (string[])["2,5", "0", "60 %", "two"])
        {
            await page.Locator("#until").FillAsync(wrong);
            await Expect(page.Locator("#until-help")).ToContainTextAsync("Must be percentage points from 0.1 to 25");
            await Expect(start).ToBeDisabledAsync();
        }

        await page.Locator("#until").FillAsync("±20 %");
        await Expect(page.Locator("#until-help")).ToContainTextAsync("It holds although the run stops by what it sees.");
        await start.ClickAsync();

        await Expect(page.Locator(".badge")).ToHaveTextAsync("completed", new() { Timeout = 90_000 });
        await Expect(page.Locator("main")).ToContainTextAsync("Stopped early");
        await Expect(page.Locator("main")).ToContainTextAsync(" of 160 questions: the interval is within ±20 points. It is of the accuracy with all questions asked.");
        await Expect(page.Locator("main")).ToContainTextAsync("95 % interval of the accuracy on all its questions, valid at every look");
        await Expect(page.Locator("main")).Not.ToContainTextAsync("Clopper-Pearson");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task A_file_that_is_given_before_the_profiles_are_there_is_estimated_when_they_are()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        var go = new TaskCompletionSource();
        await page.RouteAsync("**/api/profiles", async route =>
        {
            await go.Task;
            await route.ContinueAsync();
        });
        await visit.GoAsync("#/new");
        await DropAsync(page, "cases.csv", Server.Questions(12));
        await Expect(page.Locator(".file-name")).ToContainTextAsync("cases.csv");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start the run" })).ToBeDisabledAsync();

        go.SetResult();

        await Expect(page.Locator("main")).ToContainTextAsync("The usual choice. 11 samples");
        await Expect(page.Locator("main")).ToContainTextAsync("Tokens to generate");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start the run" })).ToBeEnabledAsync();
        Assert.Empty(visit.Faults);
    }

    [LongFact]
    public async Task A_run_is_cancelled_taken_up_again_and_deleted_each_after_a_question()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var go = new TaskCompletionSource();
        server.Model.Before = cancel => go.Task.WaitAsync(cancel);
        var run = await server.RunAsync(Server.Questions(3));
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync($"#/runs/{run}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("0 of 3 questions are answered");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go back" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the run" }).ClickAsync();
        await Expect(page.Locator(".badge")).ToHaveTextAsync("cancelled");

        go.SetResult();
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("all other answers are kept");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume the run" }).ClickAsync();
        await Expect(page.Locator(".badge")).ToHaveTextAsync("completed");

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete the run" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("No runs yet");
    }

    [Fact]
    public async Task Failed_questions_show_as_bounds_without_an_interval_until_a_retry_answers_them()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var asked = 0;
        server.Model.Before = _ => Interlocked.Increment(ref asked) is 2 or 5 ? throw new InvalidOperationException("The engine gave up.") : Task.CompletedTask;
        var run = await server.RunAsync(Server.Questions(8));
        await server.UntilAsync(run, "completedWithFailures");
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync($"#/runs/{run}");
        await Expect(page.Locator(".headline")).ToContainTextAsync("failed all wrong, all right");
        await Expect(page.Locator(".headline")).Not.ToContainTextAsync("95 % interval");
        await Expect(page.Locator("main")).ToContainTextAsync("2 questions failed for reasons that are not the model's.");

        await page.GetByRole(AriaRole.Link, new() { Name = "Questions", Exact = true }).ClickAsync();
        await Expect(page.Locator(".question-row")).ToHaveCountAsync(8);
        await page.GetByRole(AriaRole.Button, new() { Name = "Failed" }).ClickAsync();
        await Expect(page.Locator(".question-row")).ToHaveCountAsync(2);
        await Expect(page.Locator(".detail")).ToContainTextAsync("The engine gave up.");

        await visit.GoAsync($"#/runs/{run}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry failed questions" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry the questions" }).ClickAsync();
        await Expect(page.Locator(".badge")).ToHaveTextAsync("completed");
        await Expect(page.Locator(".headline")).ToContainTextAsync("95 % interval");
    }

    [Fact]
    public async Task A_file_that_is_no_question_set_is_refused_in_words()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home);
        await visit.GoAsync("#/new");
        await visit.Page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "wrong.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes("name,age\nAnn,7\n") });
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert).Last).ToContainTextAsync("The body is not a question set");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Start the run" })).ToBeEnabledAsync();
    }

    internal static async Task DropAsync(IPage page, string name, string content)
    {
        var data = await page.EvaluateHandleAsync("([name, content]) => { const data = new DataTransfer(); data.items.add(new File([content], name, { type: 'text/csv' })); return data; }", new[] { name, content });
        await page.DispatchEventAsync(".drop", "drop", new { dataTransfer = data });
    }
}
