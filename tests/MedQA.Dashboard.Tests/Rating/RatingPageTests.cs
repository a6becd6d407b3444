using System.Text.Json;
using System.Text.Json.Nodes;
using MedQA.Dashboard.Tests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MedQA.Dashboard.Tests.Rating;

/// <summary>What raters do on their page, in a real browser.</summary>
public sealed class RatingPageTests(Chromium chromium, AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task By_keyboard_alone_a_rater_agrees_rates_comments_skips_goes_back_and_hands_in()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var study = await StudyDraft.MakeAsync(server.Client, questions: 3, raters: 1, sources: 1, rubric: "lay-2");
        await using var visit = await chromium.OpenAsync(server.Home);
        var (page, keyboard) = (visit.Page, visit.Page.Keyboard);
        var addresses = new List<string>();
        page.Request += (_, request) => addresses.Add(request.Url + request.Headers.GetValueOrDefault("referer"));
        await visit.GoAsync(study.Links[0][1..]);
        await page.GetByRole(AriaRole.Button, new() { Name = "I agree, begin" }).FocusAsync();
        await keyboard.PressAsync("Enter");
        await Expect(page.Locator("main h1")).ToHaveTextAsync("Answer 1 of 3");

        await keyboard.PressAsync("1");
        await keyboard.PressAsync("2");
        await Expect(page.Locator("#rated")).ToHaveTextAsync("2 of 2 rated");
        await keyboard.PressAsync("c");
        await keyboard.TypeAsync("<b>not</b> bold");
        await keyboard.PressAsync("Escape");
        await keyboard.PressAsync("n");
        await Expect(page.Locator("main h1")).ToHaveTextAsync("Answer 2 of 3");
        await keyboard.PressAsync("s");
        await Expect(page.Locator("main h1")).ToHaveTextAsync("Answer 3 of 3");
        await keyboard.PressAsync("d");
        await Expect(page.Locator(".meaning").First).ToBeVisibleAsync();
        await keyboard.PressAsync("2");
        await keyboard.PressAsync("k");
        await keyboard.PressAsync("1");
        await keyboard.PressAsync("1");
        await keyboard.PressAsync("b");
        await keyboard.PressAsync("b");
        await Expect(page.Locator("#comment")).ToHaveValueAsync("<b>not</b> bold");
        await Expect(page.Locator(".axis input:checked")).ToHaveCountAsync(2);
        await keyboard.PressAsync("o");
        await Expect(page.Locator("main h1")).ToHaveTextAsync("Everything is rated");
        await page.GetByRole(AriaRole.Button, new() { Name = "Submit" }).FocusAsync();
        await keyboard.PressAsync("Enter");
        await Expect(page.Locator("main h1")).ToHaveTextAsync("Thank you");

        var ratings = await RatingsAsync(server, study);
        Assert.Equal((3, "<b>not</b> bold", true), (ratings.Count, ratings[0].GetProperty("comment").GetString(), ratings[1].GetProperty("skipped").GetBoolean()));
        Assert.True(ratings[0].GetProperty("seconds").GetDouble() > 0);
        Assert.All(addresses, address => Assert.DoesNotContain(study.Tokens[0][22..], address, StringComparison.Ordinal));
        Assert.Empty(visit.Faults);
        Assert.Empty(visit.Outside);
    }

    [Fact]
    public async Task A_rater_who_is_interrupted_loses_no_click_on_reload_without_a_connection_and_when_the_page_is_closed()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var study = await StudyDraft.MakeAsync(server.Client, questions: 2, raters: 1, sources: 2);
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await BeginAsync(visit, study.Links[0]);
        await page.Keyboard.PressAsync("1");
        await Expect(page.Locator("#saved")).ToHaveTextAsync("Saved");
        await page.ReloadAsync();
        await Expect(page.Locator(".axis input:checked")).ToHaveCountAsync(1);

        await page.Context.SetOfflineAsync(true);
        await page.Keyboard.PressAsync("2");
        await page.Keyboard.PressAsync("3");
        var open = await page.Locator(".axis").CountAsync() - 3;
        await page.Keyboard.PressAsync("n");
        await Expect(page.Locator("#rated")).ToHaveTextAsync($"{open} of {open + 3} not rated. Press Next again to leave them open.");
        await Expect(page.Locator(".axis").Nth(3).Locator("input").First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("n");
        await page.Keyboard.PressAsync("1");
        await Expect(page.Locator("#saved")).ToContainTextAsync("kept on this device");
        await Expect(page.Locator(".axis input:checked")).ToHaveCountAsync(1);
        Assert.Single(await RatingsAsync(server, study));
        await page.CloseAsync();

        await visit.Page.Context.SetOfflineAsync(false);
        var again = await page.Context.NewPageAsync();
        await again.GotoAsync(study.Links[0]);
        await Expect(again.Locator("#saved")).ToHaveTextAsync("Saved");
        await Expect(again.Locator(".axis input:checked")).ToHaveCountAsync(3);
        var ratings = await RatingsAsync(server, study);
        Assert.Equal([3, 1], ratings.Select(static rating => rating.GetProperty("choices").EnumerateObject().Count()));

        // Back while the page stays open: what was kept goes by itself.
        await again.Context.SetOfflineAsync(true);
        await again.Keyboard.PressAsync("1");
        await Expect(again.Locator("#saved")).ToContainTextAsync("kept on this device");
        await again.Context.SetOfflineAsync(false);
        await Expect(again.Locator("#saved")).ToHaveTextAsync("Saved");
        Assert.Equal([4, 1], (await RatingsAsync(server, study)).Select(static rating => rating.GetProperty("choices").EnumerateObject().Count()));
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Two_tabs_show_the_same_the_last_click_counts_and_every_click_is_kept()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var study = await StudyDraft.MakeAsync(server.Client, questions: 2, raters: 1, sources: 1, rubric: "lay-2");
        await using var visit = await chromium.OpenAsync(server.Home);
        var (first, second) = await TwoTabsAsync(visit, study.Links[0]);
        var axis = first.Locator(".axis").First.Locator("input");
        var other = second.Locator(".axis").First.Locator("input");
        await axis.Nth(0).CheckAsync();
        await Expect(other.Nth(0)).ToBeCheckedAsync();
        await other.Nth(1).CheckAsync();
        await Expect(axis.Nth(1)).ToBeCheckedAsync();
        await Expect(first.Locator("#saved")).ToHaveTextAsync("Saved");
        await Expect(second.Locator("#saved")).ToHaveTextAsync("Saved");

        var value = await axis.Nth(1).GetAttributeAsync("value");
        Assert.Equal(value, Assert.Single(Assert.Single(await RatingsAsync(server, study)).GetProperty("choices").EnumerateObject()).Value.GetString());
        var history = await RatingsAsync(server, study, "?history=true");
        Assert.Equal([await axis.Nth(0).GetAttributeAsync("value"), value], history.Where(static click => click.GetProperty("kind").GetString() == "choice").Select(static click => click.GetProperty("choices").EnumerateObject().Single().Value.GetString()));

        await second.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await second.GetByRole(AriaRole.Button, new() { Name = "Stop and delete my ratings" }).ClickAsync();
        await Expect(second.Locator("main h1")).ToHaveTextAsync("You have stopped taking part");
        await Expect(first.Locator("main h1")).ToHaveTextAsync("You have stopped taking part");
        Assert.Empty(await RatingsAsync(server, study));
    }

    [Fact]
    public async Task The_last_click_counts_whatever_a_page_takes_for_the_services_time()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var study = await StudyDraft.MakeAsync(server.Client, questions: 2, raters: 1, sources: 1, rubric: "lay-2");
        await using var visit = await chromium.OpenAsync(server.Home);
        // As if the queue had come to the second tab an hour after the service wrote it.
        var (first, second) = await TwoTabsAsync(visit, study.Links[0], static tab => tab.RouteAsync("**/api/rating", static async route =>
        {
            var response = await route.FetchAsync();
            var queue = JsonNode.Parse(await response.TextAsync())!;
            queue["now"] = queue["now"]!.GetValue<DateTimeOffset>().AddHours(-1);
            await route.FulfillAsync(new() { Response = response, Body = queue.ToJsonString() });
        }));
        var axis = first.Locator(".axis").First.Locator("input");
        var other = second.Locator(".axis").First.Locator("input");
        await axis.Nth(0).CheckAsync();
        await Expect(other.Nth(0)).ToBeCheckedAsync();
        await other.Nth(1).CheckAsync();
        await Expect(axis.Nth(1)).ToBeCheckedAsync();
        await other.Nth(0).CheckAsync();
        await Expect(axis.Nth(0)).ToBeCheckedAsync();
        await axis.Nth(1).CheckAsync();
        await Expect(other.Nth(1)).ToBeCheckedAsync();
        await Expect(first.Locator("#saved")).ToHaveTextAsync("Saved");
        await Expect(second.Locator("#saved")).ToHaveTextAsync("Saved");

        var values = new[] { await axis.Nth(0).GetAttributeAsync("value"), await axis.Nth(1).GetAttributeAsync("value") };
        var history = await RatingsAsync(server, study, "?history=true");
        Assert.Equal([values[0], values[1], values[0], values[1]], history.Where(static click => click.GetProperty("kind").GetString() == "choice").Select(static click => click.GetProperty("choices").EnumerateObject().Single().Value.GetString()));
        Assert.Empty(visit.Faults);
    }

    /// <summary>A rater's first answer in two tabs of one browser.</summary>
    private static async Task<(IPage First, IPage Second)> TwoTabsAsync(Visit visit, string link, Func<IPage, Task>? before = null)
    {
        await BeginAsync(visit, link);
        var second = await visit.Page.Context.NewPageAsync();
        await (before?.Invoke(second) ?? Task.CompletedTask);
        await second.GotoAsync(link);
        await Expect(second.Locator("main h1")).ToHaveTextAsync("Answer 1 of 2");
        return (visit.Page, second);
    }

    [Fact]
    public async Task A_link_that_is_cut_off_or_replaced_says_so()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var study = await StudyDraft.MakeAsync(server.Client, questions: 1, raters: 1, sources: 1, rubric: "lay-2");
        await using var visit = await chromium.OpenAsync(server.Home);
        await visit.GoAsync("rate");
        await Expect(visit.Page.Locator("main h1")).ToHaveTextAsync("This page needs your link");
        await visit.GoAsync(study.Links[0][1..^3]);
        await Expect(visit.Page.Locator("main h1")).ToHaveTextAsync("This page needs your link");
        await BeginAsync(visit, study.Links[0]);
        using var renewed = await server.Client.PostAsync($"/api/studies/{study.Study}/raters/r1/link", null, Cancel);
        Assert.True(renewed.IsSuccessStatusCode);
        await visit.Page.Keyboard.PressAsync("1");
        await Expect(visit.Page.Locator("main h1")).ToHaveTextAsync("This link is no longer valid");
    }

    [Fact]
    public async Task Clicks_after_another_raters_link_was_opened_in_the_same_tab_are_that_raters()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var study = await StudyDraft.MakeAsync(server.Client, questions: 2, raters: 2, sources: 1, rubric: "lay-2");
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await BeginAsync(visit, study.Links[0]);

        // As a person pastes it into the address bar: only what follows # differs, so the browser loads nothing by itself.
        await page.EvaluateAsync("link => { location.href = link; }", study.Links[1]);
        await page.GetByRole(AriaRole.Button, new() { Name = "I agree, begin" }).ClickAsync();
        await Expect(page.Locator(".axis").First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("1");
        await Expect(page.Locator("#saved")).ToHaveTextAsync("Saved");
        // On a slow machine the first rater's page has also reported the time it was looked at, which is that rater's and holds no choice.
        var chosen = (await RatingsAsync(server, study)).Where(static rating => rating.GetProperty("choices").EnumerateObject().Any());
        Assert.Equal("r2", Assert.Single(chosen).GetProperty("rater").GetString());
        Assert.Empty(visit.Faults);
    }

    [Theory]
    [LongInlineData(1280, false)]
    [InlineData(360, true)]
    public async Task Axe_finds_nothing_and_nothing_is_too_wide(int width, bool dark)
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var study = await StudyDraft.MakeAsync(server.Client, questions: 2, raters: 1, sources: 1);
        await using var visit = await chromium.OpenAsync(server.Home, new Chromium.View(width, dark, 800), bypassPolicy: true);
        var page = visit.Page;
        await visit.GoAsync(study.Links[0][1..]);
        await LooksAsync("before consent");
        await page.GetByRole(AriaRole.Button, new() { Name = "I agree, begin" }).ClickAsync();
        await Expect(page.Locator(".axis").First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("1");
        await page.Keyboard.PressAsync("d");
        await LooksAsync("an answer with definitions");
        await page.Keyboard.PressAsync("o");
        await LooksAsync("the overview");
        await page.Keyboard.PressAsync("?");
        await LooksAsync("the help");

        async Task LooksAsync(string what)
        {
            Assert.True(await visit.OverflowAsync() <= 0, $"{what} is {await visit.OverflowAsync()} pixels too wide.");
            await visit.AssertAccessibleAsync(what);
        }
    }

    [Fact]
    public async Task On_a_wide_screen_all_axes_stand_on_one_screen_beside_question_and_answer()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        var study = await StudyDraft.MakeAsync(server.Client, questions: 1, raters: 1, sources: 1);
        await using var visit = await chromium.OpenAsync(server.Home, new Chromium.View(1440));
        await BeginAsync(visit, study.Links[0]);
        var last = await visit.Page.Locator(".axis").Last.BoundingBoxAsync();
        var bar = await visit.Page.Locator(".rating-bar").BoundingBoxAsync();
        Assert.True(last!.Y + last.Height <= bar!.Y, $"The last axis ends at {last.Y + last.Height}, the bar begins at {bar.Y}.");
        await Expect(visit.Page.Locator(".answered")).ToBeInViewportAsync();
    }

    internal static async Task BeginAsync(Visit visit, string link)
    {
        await visit.GoAsync(link[1..]);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "I agree, begin" }).ClickAsync();
        await Expect(visit.Page.Locator(".axis").First).ToBeVisibleAsync();
    }

    internal static async Task<List<JsonElement>> RatingsAsync(Server server, StudyDraft study, string query = "") =>
        [.. (await server.Client.GetStringAsync($"/api/studies/{study.Study}/ratings{query}", Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line))];
}
