using System.Net;
using MedQA.Dashboard.Tests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MedQA.Dashboard.Tests;

/// <summary>A service with a key, seen by a person in a browser.</summary>
public sealed class KeyTests(Chromium chromium, AzuriteFixture azurite)
{
    private const string Key = "a-key-of-this-test-with-40-characters-00";

    [Fact]
    public async Task The_page_asks_for_the_key_once_keeps_it_in_the_tab_only_and_everything_works_with_it()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString(), Key);
        var finished = await server.FinishedAsync(Server.Questions(3));
        using var stranger = new HttpClient { BaseAddress = server.Home };
        using var refused = await stranger.GetAsync("/api/runs", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        var dialog = page.GetByRole(AriaRole.Dialog);
        await page.GotoAsync("/");
        await Expect(dialog).ToContainTextAsync("This service requires a key");
        await dialog.GetByLabel("Key", new() { Exact = true }).FillAsync("another key");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Open" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToHaveTextAsync("That key is wrong.");
        await dialog.GetByLabel("Key", new() { Exact = true }).FillAsync(Key);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("li.run-row")).ToHaveCountAsync(1);
        await Expect(dialog).ToHaveCountAsync(0);

        // Where a file is read by a script and where a run is followed the key goes along.
        await page.GetByRole(AriaRole.Link, new() { Name = "practice.csv" }).ClickAsync();
        await Expect(page.Locator(".badge")).ToHaveTextAsync("completed");
        var report = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Printable report" }).ClickAsync());
        Assert.Equal($"practice-{finished}.html", report.SuggestedFilename);
        await using var content = await report.CreateReadStreamAsync();
        Assert.Contains("practice.csv", await new StreamReader(content).ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        // The study's report is fetched with the key, too.
        var study = (await StudyDraft.MakeAsync(server.Client, questions: 4, raters: 1)).Study;
        await page.GotoAsync($"/#/studies/{study}");
        var rated = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Printable report" }).ClickAsync());
        Assert.Equal($"{study}.html", rated.SuggestedFilename);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Printable report" })).ToHaveCountAsync(0);
        var go = new TaskCompletionSource();
        server.Model.Before = cancel => go.Task.WaitAsync(cancel);
        var held = await server.RunAsync(Server.Questions(4), name: "held.csv");
        await page.GotoAsync($"/#/runs/{held}");
        await Expect(page.Locator(".live")).ToContainTextAsync(" of 4");
        go.SetResult();
        await Expect(page.Locator(".badge")).ToHaveTextAsync("completed");

        Assert.Equal("1 0 ", await page.EvaluateAsync<string>("`${sessionStorage.length} ${localStorage.length} ${document.cookie}`"));
        Assert.Empty(await page.Context.CookiesAsync());
        Assert.Empty(visit.Faults);
        Assert.Empty(visit.Outside);

        // Another tab of the same browser knows nothing of it.
        var other = await page.Context.NewPageAsync();
        await other.GotoAsync("/");
        await Expect(other.GetByRole(AriaRole.Dialog)).ToContainTextAsync("This service requires a key");
        await other.GetByRole(AriaRole.Button, new() { Name = "I have none" }).ClickAsync();
        await Expect(other.Locator("main")).ToContainTextAsync("Sign-in required");
    }
}
