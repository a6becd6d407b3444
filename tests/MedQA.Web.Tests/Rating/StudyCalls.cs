using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace MedQA.Web.Tests.Rating;

/// <summary>Calls of those who make studies, and of raters.</summary>
internal static class StudyCalls
{
    /// <summary>The sources' names. No rater may find them.</summary>
    public static readonly string[] Sources = ["alpha-model", "beta-model", "clinicians"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What makes a study of made-up answers.</summary>
    public static object Request(int questions = 4, int raters = 2, int sources = 3, int ratersPerAnswer = 1, string rubric = "lay-2") => new
    {
        name = "Secret name of the study",
        title = "What raters see",
        rubric,
        sources = Sources.Take(sources).Select(source => new { name = source, csv = Csv(source, questions), fileName = "answers.csv" }),
        raters = Enumerable.Range(1, raters).Select(static number => $"Participant {number}"),
        ratersPerAnswer,
        seed = 3,
    };

    /// <summary>A file of answers. Each text ends with a letter that tells tests where it comes from.</summary>
    public static string Csv(string source, int questions)
    {
        var csv = new StringBuilder("id,dataset,question,answer\n");
        for (var i = 1; i <= questions; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"q{i},secret_dataset_{i % 2},\"What helps against headache {i}?\",\"Rest and water help, number {i}. {(char)('x' + Array.IndexOf(Sources, source))}\"\n");
        }

        return csv.ToString();
    }

    /// <summary>Makes a study, and gives it with the raters' tokens.</summary>
    public static async Task<(JsonElement Study, string Name, string[] Tokens)> StudyAsync(this ApiServer server, object? request = null)
    {
        using var response = await server.Client.PostAsJsonAsync("/api/studies", request ?? Request(), Cancel);
        var study = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.True(response.IsSuccessStatusCode, study.ToString());
        return (study, study.GetProperty("study").GetString()!, [.. study.GetProperty("raters").EnumerateArray().Select(static rater => rater.GetProperty("link").GetString()!.Split('#')[1])]);
    }

    /// <summary>Calls as a rater.</summary>
    public static async Task<(int Status, JsonElement Body)> AsRaterAsync(this ApiServer server, string? token, HttpMethod method, string address, object? body = null)
    {
        using var request = new HttpRequestMessage(method, address) { Content = body is null ? null : JsonContent.Create(body) };
        if (token is not null)
        {
            request.Headers.Add("x-medqa-rater", token);
        }

        using var response = await server.Client.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    /// <summary>Agrees to take part, and gives the queue.</summary>
    public static async Task<JsonElement> BeginAsync(this ApiServer server, string token)
    {
        var (status, body) = await server.AsRaterAsync(token, HttpMethod.Post, "/api/rating/consent");
        Assert.True(status == 200, body.ToString());
        return (await server.AsRaterAsync(token, HttpMethod.Get, "/api/rating")).Body;
    }

    /// <summary>Sends clicks, and asserts that they are taken.</summary>
    public static async Task ClickAsync(this ApiServer server, string token, params object[] clicks)
    {
        var (status, body) = await server.AsRaterAsync(token, HttpMethod.Post, "/api/rating/clicks", new { clicks });
        Assert.True(status == 200, body.ToString());
    }

    /// <summary>A click.</summary>
    public static object Choice(int place, string axis, string? choice, DateTimeOffset at, string? id = null, double seconds = 1) =>
        new { id = id ?? Id(), at, place, kind = "choice", axis, choice, seconds };

    /// <summary>An id for a click.</summary>
    public static string Id() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
}
