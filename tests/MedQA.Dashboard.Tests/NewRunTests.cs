using System.Text;
using MedQA.Dashboard.Tests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MedQA.Dashboard.Tests;

/// <summary>The page of a new run: what profiles ask and take, what is proposed, samples and seed, and a profile of one's own.</summary>
public sealed class NewRunTests(Chromium chromium, AzuriteFixture azurite)
{
    private const string Open = "id,question\nq1,What is a fever?\nq2,What is a cough?\n";

    [Fact]
    public async Task Each_profile_says_what_it_asks_and_with_a_file_what_it_takes()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await server.FinishedAsync(Server.Questions(4), "few-shot", "cases.csv");
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync("#/new");
        await Expect(Row(page, "self-consistency")).ToContainTextAsync("The usual choice. 11 samples, temperature 0.7, at most");
        await Expect(Row(page, "likelihood")).ToContainTextAsync("Generates nothing.");
        await Expect(Row(page, "ensemble-refinement")).ToContainTextAsync("and 33 refinements");
        await Expect(page.Locator(".profile-takes").First).ToHaveTextAsync("");
        await JourneyTests.DropAsync(page, "cases.csv", Server.Questions(12));

        await Expect(Row(page, "few-shot").Locator(".profile-takes")).ToContainTextAsync("about ");
        await Expect(Row(page, "self-consistency").Locator(".profile-takes")).ToContainTextAsync("at most ");
        await Expect(Row(page, "likelihood").Locator(".profile-takes")).ToHaveTextAsync("no tokens");

        // Arrows move the choice, as in any group of radio buttons.
        await page.Locator("#profile-self-consistency").FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.Locator(".estimate")).ToContainTextAsync("41 times");
        await Expect(page.Locator("#profile-deferral")).ToBeFocusedAsync();
        await Expect(page.Locator("#profile-deferral")).ToBeCheckedAsync();
        Assert.Empty(visit.Faults);
        Assert.Empty(visit.Outside);
    }

    [Fact]
    public async Task Where_there_are_several_models_the_run_is_of_the_one_that_is_chosen()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString(), others: [new StandInModel("second-model")]);
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync("#/new");
        await JourneyTests.DropAsync(page, "cases.csv", Server.Questions(2));
        await Expect(page.Locator(".estimate")).ToContainTextAsync("to stand-in");
        await Expect(page.GetByLabel("Model", new() { Exact = true })).ToHaveValueAsync("stand-in");

        await page.GetByLabel("Model", new() { Exact = true }).SelectOptionAsync("second-model");
        await Expect(page.Locator(".estimate")).ToContainTextAsync("to second-model");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();

        await Expect(page.GetByText("Completed")).ToBeVisibleAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("second-model");
        Assert.Empty(visit.Faults);

        // Nothing is shown where there is no choice.
        await using var single = await Server.StartAsync(azurite.NewConnectionString());
        await using var other = await chromium.OpenAsync(single.Home);
        await other.GoAsync("#/new");
        await Expect(other.Page.Locator("#profile-self-consistency")).ToBeCheckedAsync();
        await Expect(other.Page.Locator("#model")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_set_without_options_proposes_free_answers_and_leads_back()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync("#/new");
        await JourneyTests.DropAsync(page, "open.csv", Open);
        await Expect(page.Locator("#profile-long-form")).ToBeCheckedAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("The questions have no options to choose among, so long-form is selected");
        await Expect(page.Locator("#profile-few-shot")).ToBeDisabledAsync();
        await Expect(Row(page, "few-shot")).ToHaveTextAsync("few-shotneeds options");
        await Expect(page.Locator(".estimate")).ToContainTextAsync("1 time");
        await Expect(page.Locator(".estimate")).Not.ToContainTextAsync("would be rejected");

        // Another set takes the proposal back.
        await JourneyTests.DropAsync(page, "cases.csv", Server.Questions(3));
        await Expect(page.Locator("#profile-self-consistency")).ToBeCheckedAsync();
        await Expect(page.Locator("main")).Not.ToContainTextAsync("so long-form is selected");
        await Expect(page.Locator("#profile-few-shot")).ToBeEnabledAsync();

        await JourneyTests.DropAsync(page, "open.csv", Open);
        await page.GetByRole(AriaRole.Button, new() { Name = "Go back to self-consistency" }).ClickAsync();
        await Expect(page.Locator("#profile-self-consistency")).ToBeFocusedAsync();
        await Expect(page.Locator(".estimate")).ToContainTextAsync("The run would be rejected: none of the 2 questions has options");

        // A choice of one's own is left alone.
        await JourneyTests.DropAsync(page, "open.csv", Open);
        await Expect(page.Locator(".estimate")).ToContainTextAsync("would be rejected");
        await page.Locator("#profile-long-form").CheckAsync();
        await Expect(page.Locator(".estimate")).Not.ToContainTextAsync("would be rejected");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();
        await Expect(page.Locator(".badge")).ToHaveTextAsync("completed");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Samples_and_seed_are_checked_estimated_and_asked_with()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync("#/new");
        await JourneyTests.DropAsync(page, "cases.csv", Server.Questions(3));
        await Expect(page.Locator(".estimate")).ToContainTextAsync("11 times");
        await Expect(page.Locator("#samples-help")).ToHaveTextAsync("Blank: the profile’s, 11.");

        foreach (var (field, value) in ((string, string)[])[("#samples", "0"), ("#samples", "1001"), ("#samples", "3.5"), ("#seed", "x"), ("#seed", "9223372036854775808")])
        {
            await page.Locator(field).FillAsync(value);
            await Expect(page.Locator(field)).ToHaveAttributeAsync("aria-invalid", "true");
            await Expect(page.Locator($"{field}-help")).ToContainTextAsync("Must be a whole number");
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start the run" })).ToBeDisabledAsync();
            await page.Locator(field).FillAsync("");
        }

        await page.Locator("#profile-few-shot").CheckAsync();
        await Expect(page.Locator("#samples")).ToBeDisabledAsync();
        await Expect(page.Locator("#samples-help")).ToHaveTextAsync("few-shot takes one.");
        await page.Locator("#profile-self-consistency").CheckAsync();
        await page.Locator("#samples").FillAsync("3");
        await page.Locator("#seed").FillAsync("-7");
        await page.Locator("#seed").BlurAsync();
        await Expect(page.Locator(".estimate")).ToContainTextAsync("self-consistency-samples-3-seed--7");
        await Expect(page.Locator(".estimate")).ToContainTextAsync("3 times");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();
        await Expect(page.Locator(".badge")).ToHaveTextAsync("completed");
        await Expect(page.Locator("main")).ToContainTextAsync("self-consistency-samples-3-seed--7");

        // The variation does not fill the list.
        await visit.GoAsync("#/new");
        await Expect(page.Locator(".profile")).ToHaveCountAsync(10);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task A_profile_file_is_stored_and_selected_and_its_faults_name_their_field()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync("#/new");
        await GiveAsync(page, """{ "name": "mine", "strategy": "few-shot", "sampels": 3 }""");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("did you mean \"samples\"?");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Field: sampels");
        await GiveAsync(page, """{ "name": "few-shot", "strategy": "few-shot" }""");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Store yours under another name");
        await GiveAsync(page, "no JSON at all");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("this is not JSON");

        await GiveAsync(page, """
            {
              // Two are enough for a first look.
              "name": "mine", "strategy": "self-consistency", "samples": 2,
            }
            """);
        await Expect(page.Locator("#profile-mine")).ToBeCheckedAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("mine is stored and selected.");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await JourneyTests.DropAsync(page, "cases.csv", Server.Questions(3));
        await Expect(page.Locator(".estimate")).ToContainTextAsync("2 times");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();
        await Expect(page.Locator(".badge")).ToHaveTextAsync("completed");

        await visit.GoAsync("#/new");
        await GiveAsync(page, """{ "name": "mine", "strategy": "few-shot" }""");
        await Expect(page.Locator("main")).ToContainTextAsync("mine is stored in place of the one before, and selected.");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Other_samples_change_what_the_profiles_ask_and_take_and_an_unreadable_file_takes_the_figures_back()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync("#/new");
        await page.Locator("#samples").FillAsync("77");
        await page.Locator("#samples").BlurAsync();
        await Expect(Row(page, "deferral")).ToContainTextAsync("deferring gains. 77 samples, temperature 0.7");
        await Expect(Row(page, "few-shot")).ToContainTextAsync("1 sample,");
        await page.Locator("#samples").FillAsync("");
        await page.Locator("#samples").BlurAsync();
        await JourneyTests.DropAsync(page, "cases.csv", Server.Questions(3));
        var takes = Row(page, "deferral").Locator(".profile-takes");
        await Expect(takes).ToContainTextAsync("at most ");
        var forty = await takes.TextContentAsync();
        await page.Locator("#samples").FillAsync("5");
        await page.Locator("#samples").BlurAsync();
        await Expect(page.Locator(".estimate")).ToContainTextAsync("5 times");
        await Expect(takes).Not.ToHaveTextAsync(forty!);
        await Expect(takes).ToContainTextAsync("at most ");

        await JourneyTests.DropAsync(page, "open.csv", Open);
        await Expect(Row(page, "few-shot")).ToHaveTextAsync("few-shotneeds options");
        await JourneyTests.DropAsync(page, "notes.csv", "no question set at all\n");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await Expect(Row(page, "few-shot")).Not.ToContainTextAsync("needs options");
        await Expect(page.Locator("#profile-few-shot")).ToBeEnabledAsync();
        await Expect(page.Locator("#profile-self-consistency")).ToBeCheckedAsync();
        await Expect(page.Locator("main")).Not.ToContainTextAsync("so long-form is selected");
        await Expect(takes).ToHaveTextAsync("");
    }

    [Fact]
    public async Task A_run_is_asked_with_the_profile_that_the_page_shows_and_a_stored_one_can_be_deleted()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home);
        var page = visit.Page;
        await visit.GoAsync("#/new");
        await Expect(page.Locator("#profile-self-consistency")).ToBeCheckedAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Delete" })).ToHaveCountAsync(0);
        await GiveAsync(page, """{ "name": "mine", "strategy": "self-consistency", "samples": 2 }""");
        await Expect(page.Locator("#profile-mine")).ToBeCheckedAsync();

        // Somebody else stores another profile under the name.
        using var other = new StringContent("""{ "name": "mine", "strategy": "few-shot" }""", Encoding.UTF8, "application/json");
        using var stored = await server.Client.PutAsync("/api/profiles/mine", other, TestContext.Current.CancellationToken);
        Assert.True(stored.IsSuccessStatusCode);
        await JourneyTests.DropAsync(page, "cases.csv", Server.Questions(3));
        await Expect(page.Locator(".estimate")).ToContainTextAsync("2 times");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();
        await Expect(page.Locator(".badge")).ToHaveTextAsync("completed");
        await Expect(page.Locator("main")).ToContainTextAsync("2 samples");

        await visit.GoAsync("#/new");
        await page.Locator("#profile-mine").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete mine…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Go back" }).ClickAsync();
        await Expect(page.Locator("#profile-mine")).ToBeCheckedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete mine…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete the profile" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("mine is deleted.");
        await Expect(page.Locator("#profile-mine")).ToHaveCountAsync(0);
        await Expect(page.Locator("#profile-self-consistency")).ToBeFocusedAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Delete mine…" })).ToHaveCountAsync(0);
        Assert.Empty(visit.Faults);
    }

    [Theory]
    [InlineData(1280, false)]
    [InlineData(360, true)]
    public async Task With_a_proposal_a_fault_and_figures_axe_finds_nothing_and_the_page_fits(int width, bool dark)
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        await using var visit = await chromium.OpenAsync(server.Home, new Chromium.View(width, dark), bypassPolicy: true);
        var page = visit.Page;
        await visit.GoAsync("#/new");
        await JourneyTests.DropAsync(page, "cases.csv", Server.Questions(3));
        await Expect(page.Locator(".estimate")).ToContainTextAsync("11 times");
        await visit.AssertAccessibleAsync("the figures");
        await JourneyTests.DropAsync(page, "open.csv", Open);
        await Expect(page.Locator("#profile-long-form")).ToBeCheckedAsync();
        await GiveAsync(page, "{}");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Field: name");
        await page.Locator("#seed").FillAsync("x");
        await visit.AssertAccessibleAsync("a proposal and a fault");
        Assert.True(await visit.OverflowAsync() <= 0);
    }

    private static ILocator Row(IPage page, string profile) => page.Locator(".profile", new() { Has = page.Locator($"#profile-{profile}") });

    private static Task GiveAsync(IPage page, string json) =>
        page.Locator("#profile-file").SetInputFilesAsync(new FilePayload { Name = "profile.json", MimeType = "application/json", Buffer = Encoding.UTF8.GetBytes(json) });
}
