using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace MedQA.Dashboard.Tests.Fixtures;

/// <summary>A page in the browser, and what it did that it should not.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private static readonly string AxeScript = new BundledAxeScriptProvider().GetScript();

    private readonly IBrowserContext _context;
    private readonly List<string> _faults = [];
    private readonly List<string> _outside = [];

    public Visit(IBrowserContext context, IPage page, Uri home)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            // A status of 4xx that a page shows as its problem is logged by the browser as well.
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                _faults.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _faults.Add(error);
        page.Request += (_, request) =>
        {
            if (request.Url != "about:blank" && !request.Url.StartsWith("blob:", StringComparison.Ordinal) && (!Uri.TryCreate(request.Url, UriKind.Absolute, out var address) || address.Authority != home.Authority))
            {
                _outside.Add(request.Url);
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, and what scripts threw: a violation of the policy is among them.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Requests to other addresses.</summary>
    public IReadOnlyList<string> Outside => _outside;

    /// <summary>Goes to an address of the dashboard and waits until its page has come.</summary>
    public async Task GoAsync(string address)
    {
        // From elsewhere: a change of the part behind # alone would leave the page before in place until the new one comes.
        await Page.GotoAsync("about:blank");
        await Page.GotoAsync($"/{address}");
        await SettledAsync();
    }

    /// <summary>Waits until the page has its heading and nothing is being read any more.</summary>
    public async Task SettledAsync()
    {
        await Page.Locator("main h1").First.WaitForAsync();
        await Assertions.Expect(Page.Locator(".loading, [aria-busy=true]")).ToHaveCountAsync(0);
    }

    /// <summary>How many CSS pixels the page is wider than its window.</summary>
    public Task<int> OverflowAsync() => Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>Axe finds nothing on the page. It works by scripts of its own within it: open the visit with its policy bypassed.</summary>
    /// <param name="what">What the page shows.</param>
    /// <param name="rules">The rules to look for; <see langword="null"/> for all.</param>
    public async Task AssertAccessibleAsync(string what, string[]? rules = null)
    {
        // Axe's package for Playwright prepares for frames, with a second page for each look: most of its time. The dashboard has no frames.
        Assert.Equal(0, await Page.Locator("iframe, frame").CountAsync());
        await Page.EvaluateAsync(AxeScript);
        var found = await Page.EvaluateAsync<AxeFindings>(
            """
            async rules => {
              const { passes, violations } = await axe.run(document, { resultTypes: ['violations'], ...(rules && { runOnly: { type: 'rule', values: rules } }) });
              const told = violations.map(rule => `${rule.id}: ${rule.help}; ${rule.nodes.map(node => node.html).join(', ')}`);
              return { passed: passes.length, violations: told };
            }
            """,
            rules);
        Assert.NotEqual(0, found.Passed);
        Assert.True(found.Violations.Length == 0, $"{what}: {string.Join("\n", found.Violations)}");
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private sealed class AxeFindings
    {
        public int Passed { get; set; }

        public string[] Violations { get; set; } = [];
    }
}
