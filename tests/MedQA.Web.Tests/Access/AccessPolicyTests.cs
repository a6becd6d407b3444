using System.Text;
using MedQA.Web.Access;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Tests.Access;

public sealed class AccessPolicyTests
{
    private const string Reading = "a key for reading, which is long enough";
    private const string Admin = "another key, for those who may do everything";

    private static readonly AccessOptions Keys = new() { Mode = AccessMode.Keys, ReaderKey = Reading, AdminKey = Admin };
    private static readonly AccessOptions EntraId = new() { Mode = AccessMode.EntraId };

    [Theory]
    [InlineData(null, ApiRole.Anyone, null)]
    [InlineData(null, ApiRole.Reader, 401)]
    [InlineData("", ApiRole.Reader, 401)]
    [InlineData("a key for reading, which is long enough ", ApiRole.Reader, 401)]
    [InlineData(Reading, ApiRole.Reader, null)]
    [InlineData(Reading, ApiRole.Runner, 403)]
    [InlineData(Reading, ApiRole.Admin, 403)]
    [InlineData(Admin, ApiRole.Reader, null)]
    [InlineData(Admin, ApiRole.Runner, null)]
    [InlineData(Admin, ApiRole.Admin, null)]
    public void A_key_opens_what_its_role_may_do_and_no_more(string? key, ApiRole needed, int? status) =>
        Assert.Equal(status, StatusOf(Keys, needed, request => request.Headers[AccessPolicy.KeyHeader] = key));

    [Fact]
    public void A_key_in_the_address_opens_nothing() =>
        Assert.Equal(401, StatusOf(Keys, ApiRole.Reader, static request => request.QueryString = QueryString.Create(AccessPolicy.KeyHeader, Reading)));

    [Fact]
    public void A_header_of_the_platform_opens_nothing_where_keys_do() =>
        Assert.Equal(401, StatusOf(Keys, ApiRole.Reader, static request => request.Headers["X-MS-CLIENT-PRINCIPAL"] = Principal("aad", ("roles", "Admin"))));

    [Theory]
    [InlineData("Reader", ApiRole.Reader, null)]
    [InlineData("Reader", ApiRole.Runner, 403)]
    [InlineData("Runner", ApiRole.Reader, null)]
    [InlineData("Runner", ApiRole.Runner, null)]
    [InlineData("Runner", ApiRole.Admin, 403)]
    [InlineData("Admin", ApiRole.Admin, null)]
    [InlineData("admin", ApiRole.Reader, 403)]
    [InlineData("Owner", ApiRole.Reader, 403)]
    public void A_signed_in_person_may_do_what_the_app_role_says(string role, ApiRole needed, int? status) =>
        Assert.Equal(status, StatusOf(EntraId, needed, request => request.Headers["X-MS-CLIENT-PRINCIPAL"] = Principal("aad", ("name", "Admin"), ("roles", role))));

    [Fact]
    public void Of_several_roles_the_highest_counts() => Assert.Null(StatusOf(
        EntraId, ApiRole.Runner, static request => request.Headers["X-MS-CLIENT-PRINCIPAL"] = Principal("aad", ("roles", "Reader"), ("http://schemas.microsoft.com/ws/2008/06/identity/claims/role", "Runner"))));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("eyJ9")]
    [InlineData("W10=")]
    [InlineData("e30=")]
    public void What_is_no_principal_is_nobody(string? header) =>
        Assert.Equal(401, StatusOf(EntraId, ApiRole.Reader, request => request.Headers["X-MS-CLIENT-PRINCIPAL"] = header));

    [Fact]
    public void Another_provider_than_Entra_ID_is_nobody() =>
        Assert.Equal(401, StatusOf(EntraId, ApiRole.Reader, static request => request.Headers["X-MS-CLIENT-PRINCIPAL"] = Principal("github", ("roles", "Admin"))));

    [Fact]
    public void A_principal_that_comes_twice_is_nobody()
    {
        // Whoever could add one to the platform's would choose the role.
        var admin = Principal("aad", ("roles", "Admin"));
        foreach (var other in (string[])[Principal("aad", ("roles", "Reader")), admin, ""])
        {
            Assert.Equal(401, StatusOf(EntraId, ApiRole.Reader, request => request.Headers["X-MS-CLIENT-PRINCIPAL"] = new([admin, other])));
        }
    }

    [Theory]
    [InlineData("POST", null, "cross-site", 403)]
    [InlineData("DELETE", null, "same-site", 403)]
    [InlineData("POST", null, "same-origin", null)]
    [InlineData("POST", null, "none", null)]
    [InlineData("POST", null, null, null)]
    [InlineData("GET", "https://other.example", "cross-site", null)]
    [InlineData("POST", "https://medqa.example", null, null)]
    [InlineData("POST", "https://medqa.example", "same-origin", null)]
    [InlineData("POST", "https://medqa.example", "cross-site", 403)]
    [InlineData("POST", "https://MEDQA.example:443", null, null)]
    [InlineData("POST", "https://other.example", "same-origin", 403)]
    [InlineData("POST", "https://other.example", null, 403)]
    [InlineData("DELETE", "https://other.example", null, 403)]
    [InlineData("POST", "https://medqa.example:8443", null, 403)]
    [InlineData("POST", "https://medqa.example.other.example", null, 403)]
    [InlineData("POST", "https://medqa.example@other.example", null, 403)]
    [InlineData("POST", "ftp://medqa.example", null, 403)]
    [InlineData("POST", "null", null, 403)]
    [InlineData("POST", "null", "same-origin", 403)]
    [InlineData("POST", "", null, 403)]
    [InlineData("POST", "https://app.azurecontainerapps.io", null, null)]
    [InlineData("POST", "http://app.azurecontainerapps.io", null, 403)]
    public void A_write_that_a_foreign_page_sends_with_the_cookie_is_refused(string method, string? origin, string? site, int? status)
    {
        foreach (var (scheme, host) in ((string, string)[])[("https", "medqa.example"), ("http", "medqa.example")])
        {
            // Raters' routes and reads for everybody too: the cookie goes with these requests as well.
            foreach (var needed in (ApiRole[])[ApiRole.Admin, ApiRole.Rater, ApiRole.Anyone])
            {
                var named = EntraId with { HostName = "app.azurecontainerapps.io" };
                Assert.Equal(status, StatusOf(named, needed, request => Write(request, method, origin, site, scheme, host)));
            }
        }
    }

    [Theory]
    [InlineData("http://localhost:7071", "http", "localhost:7071", null)]
    [InlineData("http://localhost:7072", "http", "localhost:7071", 403)]
    [InlineData("http://medqa.example", "https", "medqa.example", 403)]
    [InlineData("https://medqa.example:8443", "https", "medqa.example:8443", null)]
    [InlineData("https://", "https", "", 403)]
    public void Without_a_name_of_its_own_the_service_is_called_as_the_request_says(
        string origin, string scheme, string host, int? status) =>
        Assert.Equal(status, StatusOf(EntraId, ApiRole.Admin, request => Write(request, "POST", origin, null, scheme, host)));

    [Fact]
    public void A_write_with_a_key_may_come_from_any_page_because_no_browser_adds_a_key_by_itself() =>
        Assert.Null(StatusOf(Keys, ApiRole.Admin, static request =>
        {
            Write(request, "POST", "https://other.example", "cross-site", "https", "medqa.example");
            request.Headers[AccessPolicy.KeyHeader] = Admin;
        }));

    [Fact]
    public void On_ones_own_machine_nobody_is_asked() => Assert.Null(StatusOf(new AccessOptions { Mode = AccessMode.Anyone }, ApiRole.Admin, static _ => { }));

    [Theory]
    [InlineData("http://schemas.microsoft.com/identity/claims/objectidentifier", "entra:one")]
    [InlineData("oid", "entra:one")]
    [InlineData("sub", "entra:one")]
    [InlineData("name", "entra:unknown")]
    public void Who_is_signed_in_is_told_apart_by_an_id_and_never_by_a_name(string claim, string caller)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers["X-MS-CLIENT-PRINCIPAL"] =
            Principal("aad", ("name", "Ann"), ("preferred_username", "ann@example.com"), (claim, "one"), ("roles", "Runner"));
        Assert.Equal(caller, new AccessPolicy(EntraId).CallerOf(request));
    }

    [Fact]
    public void Who_has_a_key_is_its_role_and_where_nobody_is_asked_all_are_one()
    {
        var request = new DefaultHttpContext().Request;
        request.Headers[AccessPolicy.KeyHeader] = Admin;
        request.Headers["X-MS-CLIENT-PRINCIPAL"] = Principal("aad", ("oid", "one"));
        Assert.Equal("key:Admin", new AccessPolicy(Keys).CallerOf(request));
        Assert.Equal("anyone", AccessPolicy.Anyone.CallerOf(request));
    }

    [Fact]
    public void Settings_that_cannot_work_are_refused_by_name()
    {
        Assert.Contains("ReaderKey", Refusal(Keys with { ReaderKey = "short" }), StringComparison.Ordinal);
        Assert.Contains("AdminKey", Refusal(EntraId with { AdminKey = Admin }), StringComparison.Ordinal);
        Assert.Contains("one of RunnerKey and AdminKey", Refusal(new AccessOptions { Mode = AccessMode.Keys }), StringComparison.Ordinal);
        Assert.Contains("different from", Refusal(Keys with { RunnerKey = Admin }), StringComparison.Ordinal);
        Assert.Contains("Mode", Refusal(new AccessOptions { Mode = (AccessMode)9 }), StringComparison.Ordinal);

        static string Refusal(AccessOptions options) => Assert.Throws<ArgumentException>(() => new AccessPolicy(options)).Message;
    }

    private static int? StatusOf(AccessOptions options, ApiRole needed, Action<HttpRequest> prepare)
    {
        var request = new DefaultHttpContext { Request = { Method = "GET" } }.Request;
        prepare(request);
        var refusal = new AccessPolicy(options).Refuse(needed, request);
        if (refusal is null)
        {
            return null;
        }

        var status = Assert.IsAssignableFrom<IStatusCodeHttpResult>(refusal).StatusCode;
        Assert.Equal(status == 401, request.HttpContext.Response.Headers.WWWAuthenticate.Count > 0);
        return status;
    }

    private static void Write(HttpRequest request, string method, string? origin, string? site, string scheme, string host)
    {
        (request.Method, request.Scheme, request.Host) = (method, scheme, new HostString(host));
        request.Headers["X-MS-CLIENT-PRINCIPAL"] = Principal("aad", ("roles", "Admin"));
        foreach (var (name, value) in ((string, string?)[])[("Origin", origin), ("Sec-Fetch-Site", site)])
        {
            if (value is not null)
            {
                request.Headers[name] = value;
            }
        }
    }

    private static string Principal(string provider, params (string Type, string Value)[] claims) => Convert.ToBase64String(Encoding.UTF8.GetBytes(
        $$"""{"auth_typ":"{{provider}}","name_typ":"name","role_typ":"roles","claims":[{{string.Join(',', claims.Select(static claim => $$"""{"typ":"{{claim.Type}}","val":"{{claim.Value}}"}"""))}}]}"""));
}
