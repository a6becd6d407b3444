using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using MedQA.Dashboard.Tests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MedQA.Dashboard.Tests;

/// <summary>The list of runs: finding, naming, exporting and removing them, and comparing several.</summary>
public sealed class RunListTests(Chromium chromium, AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_is_named_tagged_found_exported_linked_and_deleted_from_the_list()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedAsync(Server.Questions(4));
        await server.FinishedAsync(Server.Questions(4), "chain-of-thought");
        await using var visit = await chromium.OpenAsync(server.Home, bypassPolicy: true);
        var page = visit.Page;
        await visit.GoAsync("#/");
        await Expect(page.Locator("li.run-row")).ToHaveCountAsync(2);

        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for practice.csv, self-consistency" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Name, tags and note" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("<b>Baseline</b>");
        await dialog.GetByLabel("Tags, separated by commas").FillAsync("paper, table 2");
        await dialog.GetByLabel("Note").FillAsync("<script>document.title='taken over'</script> of May");
        await visit.AssertAccessibleAsync("the dialog of a run's name");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(page.Locator("li.run-row .run-name > a").Last).ToHaveTextAsync("<b>Baseline</b>");
        await Expect(page.Locator("li.run-row").Last).ToContainTextAsync("document.title='taken over'");
        await Expect(page.Locator("main b, main script")).ToHaveCountAsync(0);
        Assert.DoesNotContain("taken over", await page.TitleAsync(), StringComparison.Ordinal);

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("BASELINE may");
        await Expect(page.Locator("li.run-row")).ToHaveCountAsync(1);
        await Expect(page.Locator("main")).ToContainTextAsync("1 run found");

        // The address follows once no key comes any more: half a word may have found the run already.
        await Expect(page).ToHaveURLAsync(new Regex("search=BASELINE(%20|\\+)may"));
        await page.Locator("#search").FillAsync("nothing like this");
        await Expect(page.Locator("main")).ToContainTextAsync("No run is like this");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show all runs" }).ClickAsync();
        await Expect(page.Locator("li.run-row")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Link, new() { Name = "table 2" }).ClickAsync();
        await Expect(page.Locator("li.run-row")).ToHaveCountAsync(1);
        await visit.AssertAccessibleAsync("the list of the runs with a tag");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show all", Exact = true }).ClickAsync();
        await Expect(page.Locator("li.run-row")).ToHaveCountAsync(2);
        var accuracies = page.Locator("li.run-row .run-accuracy strong");
        var lowestFirst = (await accuracies.AllInnerTextsAsync()).Order(StringComparer.Ordinal).ToList();
        await page.GetByLabel("Sort by").SelectOptionAsync("lowestAccuracy");
        await Expect(accuracies).ToHaveTextAsync(lowestFirst);

        // By keyboard: the menu opens, moves and closes, and the focus comes back.
        var menu = page.GetByRole(AriaRole.Button, new() { Name = "Actions for <b>Baseline</b>" });
        await menu.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Menuitem).First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowUp");
        await Expect(page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Menu)).ToHaveCountAsync(0);
        await Expect(menu).ToBeFocusedAsync();

        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await menu.ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Copy link" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("was copied");
        Assert.Equal($"{server.Home}#/runs/{run}", await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await menu.ClickAsync();
        var export = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Menuitem, new() { Name = "Export answers, CSV" }).ClickAsync());
        Assert.Equal($"practice-{run}.csv", export.SuggestedFilename);
        await menu.ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete the run" }).ClickAsync();
        await Expect(page.Locator("li.run-row")).ToHaveCountAsync(1);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task What_somebody_else_wrote_meanwhile_is_shown_and_not_overwritten_unawares()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedAsync(Server.Questions(2));
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync($"#/runs/{run}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Name, tags and note" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("Mine");
        using var theirs = await server.Client.PutAsJsonAsync($"/api/runs/{run}/annotation", new { displayName = "Theirs", note = "Seen first." }, Cancel);
        Assert.True(theirs.IsSuccessStatusCode);

        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("Theirs");
        Assert.Contains("Theirs", await server.Client.GetStringAsync($"/api/runs/{run}", Cancel), StringComparison.Ordinal);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Take theirs" }).ClickAsync();
        await Expect(dialog.GetByLabel("Note")).ToHaveValueAsync("Seen first.");
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("Ours");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Ours");
        await Expect(page.Locator("main")).ToContainTextAsync("Seen first.");
    }

    [Fact]
    public async Task A_run_deleted_while_it_is_edited_says_so()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedAsync(Server.Questions(2));
        await using var visit = await chromium.OpenAsync(server.Home);
        await visit.GoAsync("#/");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Actions for practice.csv" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Name, tags and note" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("Too late");
        using var deleted = await server.Client.DeleteAsync($"/api/runs/{run}", Cancel);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync(new Regex("There is no run|is being deleted"));
    }

    [Fact]
    public async Task Rejected_uploads_are_listed_apart_with_their_reason_and_line()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await server.FinishedAsync(Server.Questions(2));
        await server.StoreAsync("broken.csv", "id,question,option_a,option_b,answer\nq1,Which?,one,two,Z\n");
        await using var visit = await chromium.OpenAsync(server.Home, bypassPolicy: true);
        var page = visit.Page;
        await visit.GoAsync("#/");
        var section = page.GetByRole(AriaRole.Region, new() { Name = "Rejected uploads" });
        await Expect(section).ToContainTextAsync("Line 2:");
        await Expect(section).ToContainTextAsync("broken.csv");
        await Expect(page.Locator("li.run-row")).ToHaveCountAsync(1);
        await Expect(page.Locator("main")).ToContainTextAsync("1 run");
        await visit.AssertAccessibleAsync("a list with a rejected upload");
        await section.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete the run" }).ClickAsync();
        await Expect(section).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Several_runs_are_compared_with_the_first_and_a_better_one_is_said_to_be_better()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        foreach (var profile in (string[])["chain-of-thought", "self-consistency", "likelihood"])
        {
            await server.FinishedAsync(Server.Questions(20), profile);
        }

        await using var visit = await chromium.OpenAsync(server.Home, bypassPolicy: true);
        var page = visit.Page;
        await visit.GoAsync("#/");
        await Expect(page.Locator("li.run-row")).ToHaveCountAsync(3);
        foreach (var box in await page.Locator("li.run-row").GetByRole(AriaRole.Checkbox).AllAsync())
        {
            await box.CheckAsync();
        }

        await Expect(page.Locator(".selection")).ToContainTextAsync("3 runs selected");
        await page.GetByRole(AriaRole.Link, new() { Name = "Compare the selected runs" }).ClickAsync();
        await Expect(page.Locator(".said li")).ToHaveCountAsync(2);
        await Expect(page.Locator("main")).ToContainTextAsync("corrected for 2 tests");
        await Expect(page.Locator("select").First).ToContainTextAsync("chain-of-thought");
        await visit.AssertAccessibleAsync("a comparison of three runs");

        // What is shown is what the service computes, the second less the first.
        await Expect(page).ToHaveURLAsync(new Regex("runs="));
        var runs = page.Url.Split("runs=")[1];
        var comparison = await server.Client.GetFromJsonAsync<JsonElement>($"/api/compare?runs={runs}&pairs=first", Cancel);
        foreach (var (place, pair) in comparison.GetProperty("pairs").EnumerateArray().Index())
        {
            var difference = pair.GetProperty("difference").GetDouble();
            Assert.Equal(pair.GetProperty("secondAccuracy").GetDouble() - pair.GetProperty("firstAccuracy").GetDouble(), difference, 9);
            var word = difference > 0 ? "better" : difference < 0 ? "worse" : "as good as";
            await Expect(page.Locator(".said li").Nth(place)).ToContainTextAsync(word);
            await Expect(page.Locator(".said .change").Nth(place)).ToHaveClassAsync($"change {(difference == 0 ? "same" : word)}");
        }

        await Expect(page.Locator(".flip")).Not.ToHaveCountAsync(0);
        await page.GetByLabel("Between the first run and").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await Expect(page.Locator(".flip-sides").First).ToContainTextAsync("Third run");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove: Third run" }).ClickAsync();
        await Expect(page.Locator(".said li")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make first: Second run" }).ClickAsync();
        await Expect(page.Locator("select").First).ToHaveValueAsync(runs.Split(',')[1]);
        Assert.Empty(visit.Faults);
    }

    [Theory]
    [InlineData(1440, false)]
    [InlineData(768, true)]
    [InlineData(360, false)]
    [InlineData(360, true)]
    public async Task Long_names_many_tags_and_long_words_fit_every_width(int width, bool dark)
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var (one, two) = (await server.FinishedAsync(Server.Questions(6)), await server.FinishedAsync(Server.Questions(6), "chain-of-thought"));
        var annotation = new { displayName = new string('W', 100), tags = Enumerable.Range(0, 20).Select(static number => $"{number:00}{new string('t', 48)}"), note = $"{new string('n', 900)} and\nmore" };
        using var named = await server.Client.PutAsJsonAsync($"/api/runs/{one}/annotation", annotation, Cancel);
        Assert.True(named.IsSuccessStatusCode);
        using var other = await server.Client.PutAsJsonAsync($"/api/runs/{two}/annotation", new { displayName = "Baseline", tags = (string[])["paper", "table 2"], note = "For the second table." }, Cancel);
        await server.StoreAsync("broken.csv", "id,question,option_a,option_b,answer\nq1,Which?,one,two,Z\n");
        await using var visit = await chromium.OpenAsync(server.Home, new Chromium.View(width, dark), bypassPolicy: true);
        var page = visit.Page;
        foreach (var address in (string[])["#/", "#/?search=paper", $"#/runs/{one}", $"#/compare?runs={two},{one}"])
        {
            await visit.GoAsync(address);
            await Expect(page.Locator(address == "#/?search=paper" ? "li.run-row" : address.StartsWith("#/compare", StringComparison.Ordinal) ? ".said li" : "main .tags").First).ToBeVisibleAsync();
            Assert.True(await visit.OverflowAsync() <= 0, $"{address} is {await visit.OverflowAsync()} pixels too wide at {width}.");
            await visit.AssertAccessibleAsync($"{address} at {width}", ["color-contrast", "target-size", "button-name", "link-name"]);
            await ShotAsync(page, $"{width}-{(dark ? "dark" : "light")}-{address.Split('?')[0].Trim('#', '/').Split('/')[0]}{(address.Contains('?', StringComparison.Ordinal) ? "-q" : "")}");
        }

        await visit.GoAsync("#/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for Baseline" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Menu)).ToBeVisibleAsync();
        await ShotAsync(page, $"{width}-{(dark ? "dark" : "light")}-menu");
        Assert.True(await page.EvaluateAsync<bool>("(() => { const box = document.querySelector('.menu').getBoundingClientRect(); return box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight; })()"));
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Name, tags and note" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog).GetByLabel("Note")).ToHaveValueAsync("For the second table.");
        await ShotAsync(page, $"{width}-{(dark ? "dark" : "light")}-dialog");
        Assert.True(await visit.OverflowAsync() <= 0);
    }

    /// <summary>Keeps a picture where the variable MEDQA_SHOTS names a folder, for people to look at.</summary>
    private static async Task ShotAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("MEDQA_SHOTS") is { } folder)
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
        }
    }
}
