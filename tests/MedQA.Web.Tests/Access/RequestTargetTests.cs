using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MedQA.Web.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace MedQA.Web.Tests.Access;

public sealed partial class RequestTargetTests
{
    private static readonly string[] Segments =
        ["", "a", "runs", "1..2", "...", ".a", "a.", "ü", "50%", " ", ".", "..", ".;x", "..;", "..;a.b", ";..", "a;.."];

    [Fact]
    public void A_target_that_may_be_read_as_another_path_or_as_none_is_not_plain() =>
        Assert.All(
            RequestTargets.Ambiguous.Concat(RequestTargets.Broken),
            static target => Assert.False(RequestTarget.IsPlain(target), target));

    [Fact]
    public void Names_with_dots_and_codes_in_them_are_plain() =>
        Assert.All(RequestTargets.Plain, static target => Assert.True(RequestTarget.IsPlain(target), target));

    /// <summary>Each character of a path coded as often as chance will have it; what its parts are is known beforehand.</summary>
    [Property(MaxTest = 2000)]
    public Property A_path_is_plain_in_any_coding_just_where_it_has_no_dot_segment() => Prop.ForAll(
        (from segments in Gen.Elements(Segments).NonEmptyListOf()
         from separators in Gen.Elements('/', '/', '/', '\\').ListOf(segments.Count)
         from codings in Gen.Choose(0, 3).ListOf(segments.Sum(static segment => segment.Length + 1) * 4)
         from capitals in Gen.Elements(true, false)
         let path = string.Concat(segments.Zip(separators, static (segment, separator) => $"{separator}{segment}"))
         let hasDots = segments.Any(static segment => segment.Split(';')[0] is "." or "..")
         select (Target: Coded(path, codings, capitals), HasDots: hasDots)).ToArbitrary(),
        static path => (RequestTarget.IsPlain($"/{path.Target}?x=/../") == !path.HasDots).Label(path.Target));

    /// <summary>Whatever is made of the characters that play a part, broken codes too.</summary>
    [Property(MaxTest = 20_000)]
    public Property A_target_is_plain_just_where_no_decoding_of_its_path_changes_when_dot_segments_are_resolved() => Prop.ForAll(
        Gen.Elements([.. @"..//\%%%25eEfc;3ba?#"]).ArrayOf().Select(static characters => $"/{new string(characters)}").ToArbitrary(),
        static target => RequestTarget.IsPlain(target) == IsSameAtEveryDecoding(target.Split('?')[0]));

    [Fact]
    public async Task What_is_not_plain_gets_problem_details_with_the_headers_of_every_answer()
    {
        using var body = new MemoryStream();
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services, Response = { Body = body } };
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/rate/%2e%2e/api/runs";
        await RequestTarget.Refuse(context)!.ExecuteAsync(context);
        var headers = context.Response.Headers;
        Assert.Equal((400, "application/problem+json"), (context.Response.StatusCode, context.Response.ContentType));
        Assert.Equal("nosniff", headers.XContentTypeOptions);
        Assert.Equal("no-store", headers.CacheControl);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", headers.ContentSecurityPolicy);
        Assert.Contains("urn:medqa:request-target", Encoding.UTF8.GetString(body.ToArray()), StringComparison.Ordinal);

        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/rate";
        Assert.Null(RequestTarget.Refuse(context));
    }

    [Fact]
    public void Dots_in_as_many_codes_as_a_line_of_a_request_holds_are_dots() =>
        Assert.False(RequestTarget.IsPlain($"/rate/%{string.Concat(Enumerable.Repeat("25", 4000))}2e./api/runs"));

    private static string Coded(string path, IEnumerable<int> codings, bool capitals)
    {
        using var next = codings.GetEnumerator();
        return string.Concat(Encoding.UTF8.GetBytes(path).Select(character =>
        {
            // A character beyond ASCII and the mark of codes itself never stand uncoded in a target.
            var times = (next.MoveNext() ? next.Current : 0) + (character is > 127 or (byte)'%' or (byte)' ' ? 1 : 0);
            var coded = times == 0 ? $"{(char)character}" : $"%{string.Concat(Enumerable.Repeat("25", times - 1))}{character:x2}";
            return capitals ? coded.ToUpperInvariant() : coded;
        }));
    }

    /// <summary>
    /// The rule as it is said, step by step: decode once, compare with what is left when dot segments are resolved (RFC 3986, section
    /// 5.2.4), and again.
    /// </summary>
    private static bool IsSameAtEveryDecoding(string path)
    {
        while (true)
        {
            string[] segments = [.. path.Replace('\\', '/').Split('/').Select(static segment => segment.Split(';')[0])];
            var resolved = new List<string>();
            foreach (var segment in segments)
            {
                if (segment == "..")
                {
                    resolved.RemoveRange(Math.Max(0, resolved.Count - 1), Math.Min(1, resolved.Count));
                }
                else if (segment != ".")
                {
                    resolved.Add(segment);
                }
            }

            if (!segments.SequenceEqual(resolved))
            {
                return false;
            }

            var decoded = Code().Replace(path, static match => $"{(char)Convert.FromHexString(match.Value.AsSpan(1))[0]}");
            if (decoded == path)
            {
                return true;
            }

            path = decoded;
        }
    }

    [GeneratedRegex("%[0-9a-fA-F]{2}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
