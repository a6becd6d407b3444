using MedQA.Evaluation.Reporting.Documents;
using MedQA.Web.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Requests;

/// <summary>Chooses a format by the Accept header (RFC 9110, section 12.5.1).</summary>
internal static class Negotiation
{
    /// <summary>The document formats; the last is JSON of the blocks from which Markdown and HTML are written.</summary>
    public const string Json = "application/json",
        Markdown = "text/markdown",
        Html = "text/html",
        Sections = "application/vnd.medqa.sections+json";

    /// <summary>XML, as build servers read the results of tests.</summary>
    public const string Xml = "application/xml";

    /// <summary>Returns the offered format with the highest quality; the first of equals, or the first if the header is missing.</summary>
    /// <exception cref="ProblemException">None is accepted.</exception>
    public static string Choose(HttpRequest request, params ReadOnlySpan<string> offered)
    {
        var accepted = request.Headers.Accept.Count == 0 ? null : request.GetTypedHeaders().Accept;
        if (accepted is null or { Count: 0 })
        {
            return offered[0];
        }

        var (best, quality) = ("", 0.0);
        foreach (var format in offered)
        {
            var media = new MediaTypeHeaderValue(format);
            var named = accepted.Where(media.IsSubsetOf).OrderByDescending(Precision).FirstOrDefault();
            if (named is not null && (named.Quality ?? 1) > quality)
            {
                (best, quality) = (format, named.Quality ?? 1);
            }
        }

        return quality > 0 ? best : throw Problem.NotAcceptable(string.Join(", ", offered));
    }

    /// <summary>
    /// Chooses the format of a document as <see cref="Choose"/> does, and sets the headers that depend on it. A 304 needs them too,
    /// because browsers apply its headers to the cached page.
    /// </summary>
    /// <exception cref="ProblemException">None is accepted.</exception>
    public static string ChooseDocument(HttpRequest request)
    {
        var format = Choose(request, Json, Markdown, Html, Sections);
        var headers = request.HttpContext.Response.Headers;
        headers.Vary = HeaderNames.Accept;
        if (format == Html)
        {
            headers.ContentSecurityPolicy = $"{ReportHtml.PolicyOfAll}; frame-ancestors 'none'";
        }

        return format;
    }

    /// <summary>Returns the suffix of an ETag that identifies the document's format.</summary>
    public static string SuffixOf(string format) => format switch { Json => "", Markdown => "-md", Html => "-html", _ => "-sections" };

    /// <summary>Returns the content type of a document in a format.</summary>
    public static string TypeOf(string format) => format is Markdown or Html ? $"{format}; charset=utf-8" : format;

    private static int Precision(MediaTypeHeaderValue value) => value.MatchesAllTypes ? 0 : value.MatchesAllSubTypes ? 1 : 2;
}
