using System.Buffers.Binary;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MedQA.Dashboard.Tests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MedQA.Dashboard.Tests.Rating;

/// <summary>Whole studies: made in the dashboard, rated by simulated people, reported.</summary>
public sealed class StudyTests(Chromium chromium, AzuriteFixture azurite)
{
    private const int Raters = 9;

    /// <summary>How likely the first choice of an axis is for the three sources; the rest is the last choice.</summary>
    private static readonly double[] Planted = [0.55, 0.8, 0.95];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [LongFact]
    public async Task Nine_raters_of_140_questions_from_three_sources_leave_a_report_that_covers_what_was_planted()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var study = await StudyDraft.MakeAsync(server.Client, questions: 140, raters: Raters);

        // One of them begins on the page; what is drawn there goes on over HTTP.
        await using var visit = await chromium.OpenAsync(server.Home);
        await RatingPageTests.BeginAsync(visit, study.Links[0]);
        for (var answer = 1; answer <= 3; answer++)
        {
            // 420 answers for 9 raters: 46 or 47 each, as the study's secret decides.
            await Expect(visit.Page.Locator("main h1")).ToHaveTextAsync(new Regex($"^Answer {answer} of 4[67]$"));
            var text = await visit.Page.Locator(".answered .prose").InnerTextAsync();
            foreach (var (place, axis) in (await visit.Page.Locator(".axis").AllAsync()).Index())
            {
                await visit.Page.Keyboard.PressAsync(IsFirstChoice(text, place) ? "1" : $"{await axis.Locator("input").CountAsync()}");
            }

            await Expect(visit.Page.Locator("#rated")).ToHaveTextAsync("12 of 12 rated");
            await visit.Page.Keyboard.PressAsync("n");
        }

        await Expect(visit.Page.Locator("#saved")).ToHaveTextAsync("Saved");
        foreach (var token in study.Tokens)
        {
            await RateAsync(server, token);
        }

        await visit.Page.ReloadAsync();
        await Expect(visit.Page.Locator("main h1")).ToHaveTextAsync("Thank you");
        var report = await server.Client.GetFromJsonAsync<JsonElement>($"/api/studies/{study.Study}/report", Cancel);
        Assert.Equal((420, 420, 0), (report.GetProperty("completeness").GetProperty("assigned").GetInt32(), report.GetProperty("completeness").GetProperty("rated").GetInt32(), report.GetProperty("completeness").GetProperty("skipped").GetInt32()));
        var covered = 0;
        foreach (var axis in report.GetProperty("axes").EnumerateArray())
        {
            foreach (var source in axis.GetProperty("sources").EnumerateArray())
            {
                Assert.Equal(140, source.GetProperty("ratings").GetInt32());
                var interval = source.GetProperty("shares")[0].GetProperty("interval");
                var planted = Planted[Array.IndexOf(StudyDraft.Sources, source.GetProperty("source").GetString())];
                covered += planted >= interval.GetProperty("lower").GetDouble() && planted <= interval.GetProperty("upper").GetDouble() ? 1 : 0;
            }

            // 40 points apart with 140 answers each: every axis tells the first source from the last.
            Assert.All(axis.GetProperty("differences").EnumerateArray().Where(static difference => difference.GetProperty("first").GetString() == StudyDraft.Sources[0] && difference.GetProperty("second").GetString() == StudyDraft.Sources[2]),
                static difference => Assert.True(difference.GetProperty("holmP").GetDouble() < 0.05));
        }

        // 36 intervals of 95 %: fewer than 31 would be rare; the draw is the same whoever rates an answer.
        Assert.InRange(covered, 31, 36);

        await visit.GoAsync($"#/studies/{study.Study}");
        await Expect(visit.Page.Locator("main")).ToContainTextAsync("420 of 420 ratings are done");
        await Expect(visit.Page.Locator(".plot svg")).ToHaveCountAsync(13);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task A_new_study_offers_the_runs_that_wrote_free_answers_and_no_others()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await server.FinishedAsync(Server.Questions(1), "few-shot", "letters.csv");
        await server.FinishedAsync("question,answer\nWhat helps?,Rest.\n", "long-form", "free.csv");
        await using var visit = await chromium.OpenAsync(server.Home);

        await visit.GoAsync("#/studies/new");

        await Expect(visit.Page.Locator(".run-choice")).ToHaveCountAsync(1);
        await Expect(visit.Page.Locator(".run-choice")).ToContainTextAsync("free.csv");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task A_study_is_made_in_the_dashboard_its_links_are_shown_once_and_its_pages_are_in_order()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home, bypassPolicy: true);
        var page = visit.Page;
        await visit.GoAsync("#/studies");
        await Expect(page.Locator("main")).ToContainTextAsync("No studies yet");
        await page.GetByRole(AriaRole.Link, new() { Name = "Create the first study" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Create the study" })).ToBeVisibleAsync();
        await visit.AssertAccessibleAsync("the form");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Colds");
        await page.Locator("#answers").SetInputFilesAsync(
        [
            new FilePayload { Name = "one.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes("question,answer\nWhat helps?,Rest.\nHow long?,A week.\n") },
            new FilePayload { Name = "two.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes("question,answer\nWhat  helps?,Tea.\nWhy?,A virus.\n") },
        ]);
        await page.GetByLabel("Rubric", new() { Exact = true }).SelectOptionAsync("lay-2");
        await page.GetByLabel("Raters", new() { Exact = true }).FillAsync("Ann\nBen");
        await page.GetByLabel("Questions per data set").FillAsync("nothing");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the study" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("is not a data set and a number");
        await page.GetByLabel("Questions per data set").FillAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the study" }).ClickAsync();

        await Expect(page.Locator("main h1")).ToHaveTextAsync("Colds");
        await Expect(page.Locator(".links input")).ToHaveCountAsync(2);
        await Expect(page.Locator("main")).ToContainTextAsync("1 of 2 questions left out");
        var link = await page.Locator(".links input").First.InputValueAsync();
        await page.ReloadAsync();
        await Expect(page.Locator(".links input")).ToHaveCountAsync(0);
        await Expect(page.Locator("main")).ToContainTextAsync("Nobody has rated an answer yet");
        await Expect(page.Locator(".plot svg")).ToHaveCountAsync(0);
        await visit.AssertAccessibleAsync("a study");

        var rating = await page.Context.NewPageAsync();
        await rating.GotoAsync(link);
        await rating.GetByRole(AriaRole.Button, new() { Name = "I agree, begin" }).ClickAsync();
        await rating.Keyboard.PressAsync("1");
        await Expect(page.Locator(".badge.rater-rating")).ToHaveCountAsync(1);

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete Ann" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete the rater" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("deleted");
        await rating.Keyboard.PressAsync("2");
        await Expect(rating.Locator("main h1")).ToHaveTextAsync("This link is no longer valid");
        await page.GetByRole(AriaRole.Button, new() { Name = "New link for Ben" }).ClickAsync();
        await Expect(page.Locator(".links input")).ToHaveCountAsync(1);

        await page.SetViewportSizeAsync(360, 740);
        Assert.True(await visit.OverflowAsync() <= 0, $"{await visit.OverflowAsync()} pixels too wide: {await page.EvaluateAsync<string>("[...document.querySelectorAll('main *, header *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.table-box')).map(e => e.outerHTML.slice(0, 120)).slice(0, 6).join(' ; ')")}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete the study" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("No studies yet");
    }

    /// <summary>What is planted: the study's secret decides anew each time who rates an answer, and the answer and the axis decide how.</summary>
    private static bool IsFirstChoice(string answer, int axis)
    {
        var drawn = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{answer} {axis}"))) / (double)uint.MaxValue;
        return drawn < Planted[answer[^2] - 'x'];
    }

    /// <summary>Rates what is left of a queue as it is planted, and hands in.</summary>
    internal static async Task RateAsync(Server server, string token)
    {
        var queue = await SendAsync(HttpMethod.Get, "");
        if (queue.GetProperty("state").GetString() == "invited")
        {
            await SendAsync(HttpMethod.Post, "/consent");
            queue = await SendAsync(HttpMethod.Get, "");
        }

        var axes = queue.GetProperty("rubric").GetProperty("axes").EnumerateArray().ToList();
        var clicks = queue.GetProperty("answers").EnumerateArray().Where(static answer => answer.GetProperty("marks").GetArrayLength() == 0).SelectMany(answer => axes.Select((axis, number) => new
        {
            id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
            at = DateTimeOffset.UtcNow,
            place = answer.GetProperty("place").GetInt32(),
            kind = "choice",
            axis = axis.GetProperty("id").GetString(),
            choice = axis.GetProperty("choices")[IsFirstChoice(answer.GetProperty("answers")[0].GetString()!, number)
                ? 0 : axis.GetProperty("choices").GetArrayLength() - 1].GetProperty("id").GetString(),
            seconds = 5,
        })).ToList();
        foreach (var part in clicks.Chunk(96))
        {
            await SendAsync(HttpMethod.Post, "/clicks", new { clicks = part });
        }

        await SendAsync(HttpMethod.Post, "/submit");

        async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null)
        {
            using var request = new HttpRequestMessage(method, $"/api/rating{path}") { Content = body is null ? null : JsonContent.Create(body), Headers = { { "x-medqa-rater", token } } };
            using var response = await server.Client.SendAsync(request, Cancel);
            var read = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
            Assert.True(response.IsSuccessStatusCode, read.ToString());
            return read;
        }
    }
}
