using System.Globalization;
using System.Text.RegularExpressions;
using MedQA.Dashboard.Tests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MedQA.Dashboard.Tests;

/// <summary>What holds on every page.</summary>
public sealed class PagesTests(Chromium chromium, SeededServer seeded) : IClassFixture<SeededServer>
{
    [Theory]
    [InlineData(1280, false, null)]
    [LongInlineData(1280, true, "color-contrast")]
    [LongInlineData(360, false, "color-contrast,link-name,button-name,target-size,scrollable-region-focusable")]
    public async Task Axe_finds_nothing_on_any_page(int width, bool dark, string? rules)
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home, new Chromium.View(width, dark), bypassPolicy: true);
        foreach (var address in rules is null ? seeded.Pages : seeded.Filled)
        {
            await visit.GoAsync(address);
            await visit.AssertAccessibleAsync(address, rules?.Split(','));
        }
    }

    [Fact]
    public async Task What_axe_finds_is_told()
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home);
        await visit.Page.SetContentAsync("<html lang='en'><title>Page</title><main><h1>Page</h1><img src='x'></main></html>");

        var told = await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => visit.AssertAccessibleAsync("an image without a text"));

        Assert.StartsWith("an image without a text: image-alt: ", told.Message, StringComparison.Ordinal);
        await visit.AssertAccessibleAsync("what its title says", ["document-title"]);
    }

    [Fact]
    public async Task At_360_pixels_no_page_is_wider_than_its_window_asks_an_outside_address_or_breaks_its_policy()
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home, new Chromium.View(360));
        foreach (var address in seeded.Pages)
        {
            await visit.GoAsync(address);
            Assert.True(await visit.OverflowAsync() <= 0, $"{address} is {await visit.OverflowAsync()} pixels too wide.");
            Assert.Empty(visit.Outside);
            Assert.Empty(visit.Faults);
        }
    }

    [LongFact]
    public async Task On_a_wide_screen_no_page_asks_an_outside_address_or_breaks_its_policy()
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home);
        foreach (var address in seeded.Pages)
        {
            await visit.GoAsync(address);
            Assert.Empty(visit.Outside);
            Assert.Empty(visit.Faults);
        }

        await visit.GoAsync($"#/runs/{seeded.Voted}");
        await Expect(visit.Page.Locator(".plot svg")).ToHaveCountAsync(5);
    }

    [Fact]
    public async Task Markup_in_a_question_stays_text()
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home);
        await visit.GoAsync($"#/runs/{seeded.Voted}/questions?at=1");
        await Expect(visit.Page.Locator(".stem")).ToContainTextAsync("<script>document.title='taken over'</script>");
        await Expect(visit.Page.Locator(".question-list")).ToContainTextAsync("<b>finding</b>");
        await Expect(visit.Page.Locator(".options")).ToContainTextAsync("<i>pain</i> & more");
        await Expect(visit.Page.Locator("main script, main img, main b, main i")).ToHaveCountAsync(0);
        Assert.DoesNotContain("taken over", await visit.Page.TitleAsync(), StringComparison.Ordinal);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task The_page_of_a_run_shows_its_figures_and_how_it_was_asked()
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home);
        await visit.GoAsync($"#/runs/{seeded.Voted}");
        var main = visit.Page.Locator("main");
        await Expect(main).ToContainTextAsync("95 % interval");
        await Expect(main).ToContainTextAsync("guessing gives 25.0 %");
        await Expect(main).ToContainTextAsync("The questions that 45 % deferral leaves to a person");
        await Expect(main).ToContainTextAsync("fewer than 300");
        await Expect(main).ToContainTextAsync("temperature 0.7");
        await visit.Page.GetByText("Exact prompt of").First.ClickAsync();
        await Expect(main.Locator("details[open] pre")).ToContainTextAsync("[user]");
        await Expect(visit.Page.Locator("footer")).ToContainTextAsync("not medical advice");
    }

    [Theory]
    [LongInlineData(1280, false)]
    [InlineData(360, true)]
    public async Task Every_section_of_a_report_has_its_card_and_every_plot_its_colours_within_its_frame(int width, bool dark)
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home, new Chromium.View(width, dark));
        await visit.GoAsync($"#/runs/{seeded.Voted}");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{seeded.Voted}/report") { Headers = { { "Accept", "text/markdown" } } };
        using var response = await seeded.Server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var markdown = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var sections = markdown.Split('\n').Where(static line => line.StartsWith("## ", StringComparison.Ordinal)).Select(static line => line[3..]).ToList();

        // What others have published comes behind the reader's own data.
        string[] expected = ["At a glance", .. sections.OrderBy(static name => name == "Published results"), "What the figures mean", "Files"];
        await Expect(visit.Page.Locator("main .card > h2")).ToHaveTextAsync(expected, new() { UseInnerText = true });

        // Texts outside of their drawing, and marks of the colour of the ground, which is what an element without a style has in the dark.
        Assert.Equal("", await visit.Page.EvaluateAsync<string>("""
            [...document.querySelectorAll('.plot svg')].flatMap(svg => {
              const [frame, ground] = [svg.getBoundingClientRect(), getComputedStyle(svg.closest('.card')).backgroundColor];
              return [...svg.querySelectorAll('text, line, circle, rect, polyline')].filter(mark => {
                const [box, style] = [mark.getBoundingClientRect(), getComputedStyle(mark)];
                const color = mark.matches('line, polyline') ? style.stroke : style.fill;
                return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1
                  || color === 'none' || color === ground || color === 'rgb(0, 0, 0)' || style.display === 'none';
              }).map(mark => mark.outerHTML);
            }).join('\n')
            """));
        Assert.Equal(await visit.Page.Locator(".plot svg").CountAsync(), await visit.Page.Locator(".plot svg[aria-label]").CountAsync());
        await Expect(visit.Page.Locator(".plot circle title").First).ToContainTextAsync(" %");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task On_a_phone_every_plot_fits_without_scrolling_sideways()
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home, new Chromium.View(360));
        await visit.GoAsync($"#/runs/{seeded.Voted}");
        await Expect(visit.Page.Locator(".plot svg")).ToHaveCountAsync(5);
        Assert.Equal("", await visit.Page.EvaluateAsync<string>("""
            [...document.querySelectorAll('.plot')].filter(plot => plot.scrollWidth > plot.clientWidth || plot.querySelector('svg').getBoundingClientRect().right > innerWidth)
              .map(plot => plot.outerHTML).join('\n')
            """));
    }

    [Fact]
    public async Task What_a_report_says_of_questions_leads_to_them()
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home);
        await visit.GoAsync($"#/runs/{seeded.Voted}");
        var links = await visit.Page.Locator("main .card a[href*='filter=']").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))");
        Assert.Equal(["forced", "tie", "deferred"], links.Select(static link => link.Split("filter=")[1]));
        foreach (var link in links)
        {
            await visit.GoAsync(link);
            await Expect(visit.Page.Locator($".chip[data-kind={link.Split("filter=")[1]}]")).ToHaveAttributeAsync("aria-pressed", "true");
            await Expect(visit.Page.Locator(".question-row")).Not.ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task Everything_can_be_done_by_keyboard()
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home);
        var page = visit.Page;
        var keyboard = page.Keyboard;
        await visit.GoAsync("#/");
        await keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("next question");
        await keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Link, new() { Name = "practice.csv" }).Last.FocusAsync();
        await keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Questions", Exact = true }).FocusAsync();
        await keyboard.PressAsync("Enter");
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-1");
        await keyboard.PressAsync("j");
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-2");
        await keyboard.PressAsync("ArrowDown");
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-3");
        await keyboard.PressAsync("k");
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-2");

        await keyboard.PressAsync("2");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Wrong" })).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator(".question-list .mark.right")).ToHaveCountAsync(0);
        await keyboard.PressAsync("1");
        await keyboard.PressAsync("/");
        await Expect(page.Locator("#search")).ToBeFocusedAsync();
        await keyboard.TypeAsync("case 17");
        await keyboard.PressAsync("Enter");
        await Expect(page.Locator(".question-row")).ToHaveCountAsync(1);
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-17");
        await keyboard.PressAsync("g");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Runs");
    }

    [Theory]
    [InlineData("wrong")]
    [LongInlineData("forced")]
    [LongInlineData("tie")]
    [InlineData("deferred")]
    public async Task A_filter_shows_what_the_interface_counts(string filter)
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home);
        await visit.GoAsync($"#/runs/{seeded.Voted}/questions?filter={filter}");
        await Expect(visit.Page.Locator(".list-note")).ToHaveTextAsync(new Regex("^[0-9]+ questions?$"));
        var counted = int.Parse((await visit.Page.Locator(".list-note").InnerTextAsync()).Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.InRange(counted, 1, 39);
        await Expect(visit.Page.Locator(".question-row")).ToHaveCountAsync(counted);
        await Expect(visit.Page.Locator(".detail .options")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_question_shows_its_exact_prompt_its_votes_among_all_samples_and_leads_to_the_next()
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home);
        var page = visit.Page;
        await visit.GoAsync($"#/runs/{seeded.Voted}/questions");
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-1");
        await Expect(page.Locator(".question-row").First).ToContainTextAsync(new Regex("answered [A-D].*% agree"));
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Previous" })).ToBeDisabledAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-2");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Next" })).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Previous" }).ClickAsync();
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-1");

        await page.GetByText("Exact prompt").ClickAsync();
        await Expect(page.Locator(".detail details[open] pre")).ToContainTextAsync("[user]");
        await Expect(page.Locator(".detail details[open] pre")).ToContainTextAsync(await page.Locator(".stem").InnerTextAsync());

        var widths = await page.Locator(".option").EvaluateAllAsync<double[]>("options => options.map(option => [...option.querySelectorAll('.vote-fill')].reduce((sum, fill) => sum + parseFloat(fill.style.width), 0))");
        var votes = await page.Locator(".option-votes .minor").EvaluateAllAsync<double[]>("texts => texts.map(text => parseInt(text.textContent))");
        Assert.Equal(11, votes.Sum());
        Assert.Equal(votes.Select(static count => count / 11 * 100), widths, static (expected, actual) => Math.Abs(expected - actual) < 0.01);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Questions_can_be_sorted_and_the_address_says_how()
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home);
        var page = visit.Page;
        await visit.GoAsync($"#/runs/{seeded.Voted}/questions");
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-1");
        await page.GetByLabel("Sort").SelectOptionAsync("Least agreement first");
        await Expect(page.Locator(".question-row").First).Not.ToHaveAttributeAsync("data-ordinal", "0");
        var agreements = await page.Locator(".question-row").EvaluateAllAsync<double[]>(
            "rows => rows.map(row => parseFloat(row.textContent.match(/([0-9.]+)\\s*% agree/)?.[1] ?? 'Infinity'))");
        Assert.Equal(agreements.Order(), agreements);
        await Expect(page.Locator(".detail h2")).ToHaveTextAsync("case-1");

        await page.ReloadAsync();
        await Expect(page.GetByLabel("Sort")).ToHaveValueAsync("agreement");
        await Expect(page.Locator(".question-row").First).Not.ToHaveAttributeAsync("data-ordinal", "0");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task A_reasoning_marks_where_its_answer_was_read_and_says_where_it_was_forced()
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home);
        await visit.GoAsync($"#/runs/{seeded.Voted}/questions?at=8");
        await Expect(visit.Page.Locator(".reasoning")).ToHaveCountAsync(11);
        await Expect(visit.Page.Locator(".reasoning mark").First).ToHaveTextAsync("B");
        await Expect(visit.Page.Locator(".reasoning .tag").First).ToHaveTextAsync("forced by the cue");
    }

    [Fact]
    public async Task On_a_narrow_screen_a_question_opens_over_the_list_and_leads_back()
    {
        await using var visit = await chromium.OpenAsync(seeded.Server.Home, new Chromium.View(360, Height: 740));
        await visit.GoAsync($"#/runs/{seeded.Voted}/questions");
        await Expect(visit.Page.Locator(".detail")).ToBeHiddenAsync();
        await visit.Page.Locator(".question-row").Nth(4).ClickAsync();
        await Expect(visit.Page.Locator(".detail h2")).ToHaveTextAsync("case-5");
        Assert.True(await visit.OverflowAsync() <= 0);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Back to the list" }).ClickAsync();
        await Expect(visit.Page.Locator(".question-row").Nth(4)).ToBeFocusedAsync();
    }
}
