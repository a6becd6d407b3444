using System.Globalization;
using MedQA.Dashboard.Tests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MedQA.Dashboard.Tests;

/// <summary>The questions of a run in progress.</summary>
public sealed class LiveAnswersTests(Chromium chromium, AzuriteFixture azurite)
{
    private static readonly LocatorAssertionsToHaveCountOptions Soon = new() { Timeout = 30_000 };
    private static readonly LocatorAssertionsToContainTextOptions SoonSaid = new() { Timeout = 30_000 };

    /// <summary>What must not change for whoever reads while the list grows.</summary>
    private const string Attention =
        """
        () => JSON.stringify({
          text: getSelection().toString(), focused: document.activeElement.dataset.ordinal, address: location.hash,
          current: document.querySelector('[aria-current=true]').dataset.ordinal,
          top: Math.round(document.activeElement.getBoundingClientRect().top), page: scrollY, detail: document.querySelector('.detail .stem').textContent,
        })
        """;

    [Fact]
    public async Task Answers_of_a_slow_run_appear_one_by_one_and_nothing_moves_for_whoever_reads()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        using var go = new SemaphoreSlim(0);
        server.Model.Before = go.WaitAsync;
        var run = await server.RunAsync(Server.Questions(40));
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        var (rows, tail, next) = (page.Locator(".question-row"), page.Locator(".list-tail"), page.GetByRole(AriaRole.Button, new() { Name = "Next" }));
        await visit.GoAsync($"#/runs/{run}/questions");
        await Expect(tail).ToContainTextAsync("No questions are answered yet.");
        await Expect(tail).ToContainTextAsync("Answers appear here as they are given.", SoonSaid);

        for (var answered = 1; answered <= 3; answered++)
        {
            go.Release();
            await Expect(rows).ToHaveCountAsync(answered, Soon);
            await Expect(tail).ToContainTextAsync(string.Create(CultureInfo.InvariantCulture, $"{answered} of 40 questions are answered."));
        }

        // The first opens by itself; the next ones wait to be chosen.
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-1");
        await Expect(page.Locator(".reasoning")).ToHaveCountAsync(11);
        await next.ClickAsync();
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-2");
        await next.ClickAsync();
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-3");
        await Expect(next).ToBeDisabledAsync();
        go.Release(20);
        await Expect(rows).ToHaveCountAsync(23, Soon);
        await Expect(next).ToBeEnabledAsync();

        await rows.Nth(12).ClickAsync();
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-13");
        await page.EvaluateAsync("getSelection().selectAllChildren(document.querySelector('.detail .stem'))");
        await page.EvaluateAsync("document.querySelector('.list-pane').scrollTop += 60");
        var before = await page.EvaluateAsync<string>(Attention);
        go.Release(6);
        await Expect(rows).ToHaveCountAsync(29, Soon);
        Assert.Equal(before, await page.EvaluateAsync<string>(Attention));

        await page.Locator("[data-kind=failed]").ClickAsync();
        await Expect(tail).ToContainTextAsync("No answer passes this filter so far.");
        await page.Locator("[data-kind=all]").ClickAsync();
        await Expect(rows).ToHaveCountAsync(29, Soon);

        go.Release(40);
        await Expect(rows).ToHaveCountAsync(40, Soon);
        await server.UntilAsync(run, "completed");
        await Expect(page.Locator(".list-note")).ToHaveTextAsync("40 questions", new() { Timeout = 30_000 });
        await Expect(tail).ToHaveTextAsync("");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Answers_that_come_in_front_of_what_is_read_do_not_move_it_and_a_second_try_replaces_the_first()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var asked = 0;
        server.Model.Before = _ => Interlocked.Increment(ref asked) is 2 or 5 ? throw new InvalidOperationException("The engine gave up.") : Task.CompletedTask;
        var run = await server.RunAsync(Server.Questions(30));
        await server.UntilAsync(run, "completedWithFailures");
        using var go = new SemaphoreSlim(0);
        server.Model.Before = go.WaitAsync;
        using var retry = await server.Client.PostAsync($"/api/runs/{run}/retry", null, TestContext.Current.CancellationToken);
        await server.UntilAsync(run, "running");
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync($"#/runs/{run}/questions?at=24");
        await page.Locator("[data-ordinal='24']").FocusAsync();
        await Expect(page.Locator(".question-row .tag", new() { HasText = "failed" })).ToHaveCountAsync(2);
        await page.EvaluateAsync("getSelection().selectAllChildren(document.querySelector('.detail .stem'))");
        var before = await page.EvaluateAsync<string>(Attention);
        go.Release();
        await Expect(page.Locator(".question-row .tag", new() { HasText = "failed" })).ToHaveCountAsync(1, Soon);
        Assert.Equal(before, await page.EvaluateAsync<string>(Attention));

        await page.Locator("[data-kind=failed]").ClickAsync();
        await Expect(page.Locator(".question-row")).ToHaveCountAsync(1);
        await page.Locator(".question-row").ClickAsync();
        await Expect(page.Locator(".detail")).ToContainTextAsync("It can be tried again once the run has ended.");
        go.Release();
        await Expect(page.Locator(".question-row")).ToHaveCountAsync(0, Soon);
        await Expect(page.Locator(".detail")).ToContainTextAsync("The engine gave up.");
        Assert.Empty(visit.Faults);
    }
}
