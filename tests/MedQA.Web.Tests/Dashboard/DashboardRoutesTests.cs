using System.Net;
using System.Net.Http.Headers;
using MedQA.Web.Dashboard;

namespace MedQA.Web.Tests.Dashboard;

public sealed class DashboardRoutesTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_file_is_served_with_its_type_and_headers_that_keep_it_from_the_outside()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        Assert.Contains(DashboardFile.All, static file => file.Name == DashboardFile.Page);
        foreach (var (address, file) in DashboardFile.All.Select(static file => ($"/dashboard/{file.Name}", file)).Concat([("/", DashboardFile.Find(DashboardFile.Page)!), ("/dashboard", DashboardFile.Find(DashboardFile.Page)!)]))
        {
            using var response = await server.Client.GetAsync(address, Cancel);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(file.ContentType, response.Content.Headers.ContentType?.ToString());
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            SecurityHeaders.Check(response, address);
            Assert.Equal(DashboardRoutes.ContentSecurityPolicy, response.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal(file.Content, await response.Content.ReadAsByteArrayAsync(Cancel));
        }
    }

    [Fact]
    public void The_policy_allows_this_service_only_and_nothing_inline()
    {
        Assert.Contains("default-src 'none'", DashboardRoutes.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", DashboardRoutes.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.Contains("style-src 'self';", DashboardRoutes.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self';", DashboardRoutes.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", DashboardRoutes.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", DashboardRoutes.ContentSecurityPolicy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_that_has_a_file_gets_304_and_one_that_reads_gzip_gets_it_compressed()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        using var first = await server.Client.GetAsync("/dashboard/app.js", Cancel);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/dashboard/app.js") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var known = await server.Client.SendAsync(again, Cancel);
        Assert.Equal((HttpStatusCode.NotModified, first.Headers.ETag), (known.StatusCode, known.Headers.ETag));
        SecurityHeaders.Check(known, "304");
        Assert.True(first.Headers.CacheControl?.NoCache);

        using var small = new HttpRequestMessage(HttpMethod.Get, "/dashboard/document.js") { Headers = { AcceptEncoding = { new StringWithQualityHeaderValue("gzip") } } };
        using var compressed = await server.Client.SendAsync(small, Cancel);
        Assert.Equal("gzip", compressed.Content.Headers.ContentEncoding.Single());
        await using var content = new System.IO.Compression.GZipStream(await compressed.Content.ReadAsStreamAsync(Cancel), System.IO.Compression.CompressionMode.Decompress);
        using var text = new MemoryStream();
        await content.CopyToAsync(text, Cancel);
        Assert.Equal(DashboardFile.Find("document.js")!.Content, text.ToArray());
    }

    [Theory]
    [InlineData("/dashboard/nothing.js")]
    [InlineData("/dashboard/..%2fappsettings.json")]
    [InlineData("/dashboard/APP.JS")]
    public async Task A_file_that_is_not_there_gets_problem_details(string address)
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (response, problem) = await server.GetAsync(address);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("urn:medqa:unknown-file", problem.GetProperty("type").GetString());
    }

    [Fact]
    public void No_file_names_an_outside_address_or_makes_markup_of_text() => Assert.All(
        DashboardFile.All,
        static file =>
        {
            var text = System.Text.Encoding.UTF8.GetString(file.Content).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
            Assert.DoesNotMatch("https?://", text);
            Assert.DoesNotMatch("DOMParser|innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(|<style|style=|javascript:", text);
        });
}
