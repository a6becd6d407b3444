using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace MedQA.Dashboard.Tests.Fixtures;

/// <summary>A study of made-up answers, made over HTTP.</summary>
internal sealed class StudyDraft
{
    /// <summary>The sources' names. No rater may find them.</summary>
    public static readonly string[] Sources = ["flan-model", "med-model", "clinicians"];

    private readonly JsonElement _study;

    private StudyDraft(JsonElement study) => _study = study;

    /// <summary>The study's name for programs.</summary>
    public string Study => _study.GetProperty("study").GetString()!;

    /// <summary>The path of each rater's link.</summary>
    public IReadOnlyList<string> Links => [.. _study.GetProperty("raters").EnumerateArray().Select(static rater => rater.GetProperty("link").GetString()!)];

    /// <summary>What each rater's link carries.</summary>
    public IReadOnlyList<string> Tokens => [.. Links.Select(static link => link.Split('#')[1])];

    /// <summary>Makes a study.</summary>
    /// <param name="client">Calls the service.</param>
    /// <param name="questions">How many questions.</param>
    /// <param name="raters">How many raters.</param>
    /// <param name="ratersPerAnswer">How many of them see each answer.</param>
    /// <param name="sources">How many sources.</param>
    /// <param name="rubric">The rubric.</param>
    /// <param name="pilot">Answers that all rate.</param>
    public static async Task<StudyDraft> MakeAsync(HttpClient client, int questions, int raters, int ratersPerAnswer = 1, int sources = 3, string rubric = "clinician-12", int pilot = 0)
    {
        var request = new
        {
            name = "Consumer questions, flan-model against clinicians",
            title = "Answers to consumers’ questions",
            rubric,
            sources = Sources.Take(sources).Select(source => new { name = source, csv = Csv(source, questions), fileName = $"{source}.csv" }),
            raters = Enumerable.Range(1, raters).Select(static number => $"Rater {number}"),
            ratersPerAnswer,
            pilot,
            seed = 7,
        };
        using var response = await client.PostAsJsonAsync("/api/studies", request, TestContext.Current.CancellationToken);
        var made = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, made.ToString());
        return new StudyDraft(made);
    }

    private static string Csv(string source, int questions)
    {
        var csv = new StringBuilder("id,dataset,question,answer\n");
        for (var i = 1; i <= questions; i++)
        {
            // What a source would give away about itself stands in no text; its letter tells tests whose answer it is.
            var letter = (char)('x' + Array.IndexOf(Sources, source));
            csv.Append(CultureInfo.InvariantCulture, $"h{i},{(i % 7 == 0 ? "liveqa" : "healthsearchqa")},\"How long does a cold of kind {i} last, and when should I see a doctor about it?\",\"Most colds of kind {i} get better within seven to ten days. Rest, drink enough, and take something against the pain if you need it. See a doctor if you have a fever above 39 °C for more than three days, if you find it hard to breathe, or if you feel worse after you felt better. ({letter})\"\n");
        }

        return csv.ToString();
    }
}
