using System.Text;
using System.Text.Json;
using MedQA.Testing.Fuzzing;
using MedQA.Web.Access;
using MedQA.Web.Requests;
using MedQA.Web.Routing;

namespace MedQA.Web.Tests.Routing;

/// <summary>Every parameter of every route of the table, in the address, the query and the headers, with values that were made bad of good ones, see <see cref="Fuzz"/>.</summary>
[Collection(typeof(Alone))]
public sealed class BadParameterTests(AzuriteFixture azurite)
{
    private const int Share = 600;

    [Fact]
    public async Task Every_parameter_takes_bad_values_without_an_error_of_the_service()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), new ApiLimits { MaxUploadBytes = 2500, WatchFor = TimeSpan.FromMilliseconds(20) });
        var run = await server.FinishedRunAsync(ApiServer.Questions(3, right: 1));
        byte[][] good = [.. new[] { run, $"{run},{run}", "questions/q0", "report.json", "few-shot", "set.csv", "wrong", "0.5", "10", "true", "letters", "AAAAAAAAAAAAAAAA" }.Select(Encoding.UTF8.GetBytes)];
        var places = ApiRoutes.All.SelectMany(Places).ToArray();
        foreach (var seed in Fuzz.Seeds(Share))
        {
            var (route, name, isHeader) = places[seed % places.Length];
            var random = new Random(seed);
            var value = Mutation.Of(good[random.Next(good.Length)], good[random.Next(good.Length)], random);
            await Fuzz.CaseAsync($"{route.Name}-{name.Trim('{', '}')}", seed, value[..Math.Min(value.Length, 6000)], bytes => SendAsync(server, route, name, isHeader, run, bytes));
        }
    }

    [Fact]
    public async Task Bad_principals_are_none_or_have_a_role() => await Fuzz.RunAsync(
        "principal",
        ["""{"auth_typ":"aad","role_typ":"roles","claims":[{"typ":"roles","val":"Reader"},{"typ":"name","val":"x"}]}"""u8.ToArray(), """{"auth_typ":"aad","claims":[{"typ":"roles","val":"\ud800"}]}"""u8.ToArray()],
        1000,
        static bytes =>
        {
            _ = ClientPrincipal.RoleOf(Convert.ToBase64String(bytes));
            return Task.CompletedTask;
        });

    [Theory]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":"roles","val":"\ud800"}]}""")]
    [InlineData("""{"auth_typ":"\udc00"}""")]
    public void A_principal_whose_text_is_not_unicode_is_none(string json) => Assert.Null(ClientPrincipal.RoleOf(Convert.ToBase64String(Encoding.UTF8.GetBytes(json))));

    /// <summary>What a route takes: the parts of its address, its parameters, and the headers that every route reads.</summary>
    private static IEnumerable<(ApiRoute Route, string Name, bool IsHeader)> Places(ApiRoute route) =>
    [
        .. route.Path.Split('/').Where(static part => part.StartsWith('{')).Select(part => (route, part, false)),
        .. route.Contract!.Parameters.Select(parameter => (route, parameter.Name, parameter.IsHeader)),
        (route, "Accept", true),
        (route, "If-None-Match", true),
        (route, "Content-Type", true),
    ];

    private static async Task SendAsync(ApiServer server, ApiRoute route, string name, bool isHeader, string run, byte[] bytes)
    {
        // A server's own reader of requests refuses a null, also in its escaped form, before anything here sees it; a header takes no line end.
        var text = Encoding.UTF8.GetString(bytes).Replace("\0", "", StringComparison.Ordinal);
        var path = string.Join('/', route.Path.Split('/').Select(part => part == name ? Uri.EscapeDataString(text) : part.StartsWith("{run", StringComparison.Ordinal) ? run : part.StartsWith('{') ? "report.json" : part));
        var query = isHeader || name.StartsWith('{') ? "" : $"?{name}={Uri.EscapeDataString(text)}";
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), new Uri($"/{path}{query}", UriKind.Relative));
        if (route.Method == "POST")
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(ApiServer.Questions(1, right: 1)));
        }

        if (isHeader)
        {
            var line = string.Concat(text.Where(static letter => letter is >= ' ' and <= '~'));
            _ = name == "Content-Type" ? request.Content?.Headers.TryAddWithoutValidation(name, line) : request.Headers.TryAddWithoutValidation(name, line);
        }

        using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var content = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var shown = $"{route.Method} {request.RequestUri}: {(int)response.StatusCode} {content[..Math.Min(300, content.Length)]}";
        Assert.True((int)response.StatusCode < 500, shown);
        if ((int)response.StatusCode >= 400)
        {
            Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", shown);
            Assert.False(string.IsNullOrWhiteSpace(JsonElement.Parse(content).GetProperty("title").GetString()), shown);
        }
    }
}
