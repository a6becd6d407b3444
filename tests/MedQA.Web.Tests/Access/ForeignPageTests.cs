using MedQA.Web.Access;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Tests.Access;

public sealed class ForeignPageTests
{
    private static readonly string?[] OwnOrigins = [null, "https://medqa.example"];
    private static readonly string?[] ForeignOrigins =
        ["null", "", "https://other.example", "https://medqa.example, https://other.example", "nonsense", "/", "https://"];
    private static readonly string?[] OwnSites = [null, "same-origin", "none"];
    private static readonly string?[] ForeignSites =
        ["cross-site", "same-site", "", "same-origin, cross-site", "Cross-Site", "something new"];

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("post")]
    [InlineData("ANYTHING")]
    public void A_write_is_foreign_where_either_header_says_so(string method)
    {
        foreach (var origin in OwnOrigins.Concat(ForeignOrigins))
        {
            foreach (var site in OwnSites.Concat(ForeignSites))
            {
                Assert.True(
                    IsForeign(method, origin, site) == (ForeignOrigins.Contains(origin) || ForeignSites.Contains(site)),
                    $"{method}, Origin: {origin ?? "none sent"}, Sec-Fetch-Site: {site ?? "none sent"}");
            }
        }
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    public void A_read_is_no_write_wherever_it_comes_from(string method) => Assert.All(
        OwnOrigins.Concat(ForeignOrigins),
        origin => Assert.All(OwnSites.Concat(ForeignSites), site => Assert.False(IsForeign(method, origin, site))));

    private static bool IsForeign(string method, string? origin, string? site)
    {
        var request = new DefaultHttpContext { Request = { Method = method } }.Request;
        foreach (var (name, value) in ((string, string?)[])[("Origin", origin), ("Sec-Fetch-Site", site)])
        {
            if (value is not null)
            {
                request.Headers[name] = value;
            }
        }

        return ForeignPage.Writes(request, static page => page.Host == "medqa.example");
    }
}
