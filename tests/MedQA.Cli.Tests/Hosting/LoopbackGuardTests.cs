using MedQA.Cli.Hosting;
using Microsoft.AspNetCore.Http;

namespace MedQA.Cli.Tests.Hosting;

public sealed class LoopbackGuardTests
{
    [Theory]
    [InlineData("localhost:5080")]
    [InlineData("127.0.0.1:5080")]
    [InlineData("[::1]:5080")]
    public async Task Requests_to_this_machine_pass(string host) => Assert.Equal(200, await StatusAsync("GET", host));

    [Theory]
    [InlineData("example.com")]
    [InlineData("localhost.example.com:5080")]
    [InlineData("192.168.0.1:5080")]
    [InlineData("127.0.0.1.example.com")]
    [InlineData("localhost.")]
    [InlineData("[::ffff:192.168.0.1]:5080")]
    [InlineData("0.0.0.0:5080")]
    [InlineData("")]
    public async Task Requests_under_another_name_are_refused(string host) => Assert.Equal(421, await StatusAsync("GET", host));

    [Theory]
    [InlineData("http://localhost:5080", 200)]
    [InlineData("http://127.0.0.1:5080", 200)]
    [InlineData("http://localhost:3000", 403)]
    [InlineData("https://localhost:5080", 403)]
    [InlineData("https://example.com", 403)]
    [InlineData("null", 403)]
    public async Task Writes_must_come_from_a_page_of_this_service(string origin, int status) => Assert.Equal(status, await StatusAsync("POST", "localhost:5080", origin));

    [Fact]
    public async Task A_foreign_page_may_read_nothing_it_could_not_read_anyway_but_a_read_is_not_refused_for_its_origin() =>
        Assert.Equal(200, await StatusAsync("GET", "localhost:5080", "https://example.com"));

    [Fact]
    public async Task A_browser_that_says_cross_site_is_believed() => Assert.Equal(403, await StatusAsync("DELETE", "localhost:5080", site: "cross-site"));

    private static async Task<int> StatusAsync(string method, string host, string? origin = null, string? site = null)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Scheme = "http";
        context.Request.Host = new HostString(host);
        if (origin is not null)
        {
            context.Request.Headers.Origin = origin;
        }

        if (site is not null)
        {
            context.Request.Headers["Sec-Fetch-Site"] = site;
        }

        await LoopbackGuard.CheckAsync(context, static _ => Task.CompletedTask);
        if (context.Response.StatusCode >= 400)
        {
            Assert.Equal(("nosniff", "default-src 'none'; frame-ancestors 'none'", "no-store"), (
                context.Response.Headers.XContentTypeOptions.ToString(), context.Response.Headers.ContentSecurityPolicy.ToString(), context.Response.Headers.CacheControl.ToString()));
            Assert.Equal("application/problem+json", context.Response.ContentType);
        }

        return context.Response.StatusCode;
    }
}
