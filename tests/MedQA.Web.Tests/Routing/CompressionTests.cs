using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using MedQA.Pipeline.Queries;
using MedQA.Web.Routing;
using MedQA.Web.Runs;
using MedQA.Web.Tests.Catalog;
using MedQA.Web.Tests.Rating;

namespace MedQA.Web.Tests.Routing;

/// <summary>How answers travel: compressed, or with their length and in parts.</summary>
public sealed class CompressionTests(KnownPlace known) : IClassFixture<KnownPlace>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_answer_that_is_read_is_compressed_and_is_the_same_answer()
    {
        var (server, place) = (known.Server, known.Place);
        var compressed = 0;
        foreach (var route in ApiRoutes.All.Where(static route => route.Method == "GET" && !route.Contract!.IsFile))
        {
            foreach (var format in route.Contract!.MediaTypes)
            {
                var call = KnownCalls.Good(route.Name, place) with { Accept = format };
                using var plain = await KnownCalls.SendAsync(server.Client, HttpMethod.Get, call);
                Assert.Empty(plain.Content.Headers.ContentEncoding);
                var whole = await plain.Content.ReadAsByteArrayAsync(Cancel);
                foreach (var coding in (string[])["br", "gzip"])
                {
                    using var answer = await SendAsync(server, HttpMethod.Get, call, coding);
                    using var head = await SendAsync(server, HttpMethod.Head, call, coding);
                    var shown = $"{route.Name} as {format} in {coding}";
                    Assert.True(plain.StatusCode == answer.StatusCode && plain.StatusCode == head.StatusCode, shown);
                    if (route.Contract.IsEdited)
                    {
                        // Its strong tag stands for exactly these bytes.
                        Assert.True(answer.Headers.ETag is { IsWeak: false } && answer.Content.Headers.ContentEncoding.Count == 0, shown);
                        Assert.Equal(whole, await answer.Content.ReadAsByteArrayAsync(Cancel));
                        continue;
                    }

                    Assert.True(answer.Headers.ETag is not { IsWeak: false }, $"{shown} has a tag that stands for other bytes.");
                    Assert.Contains("Accept-Encoding", answer.Headers.Vary);
                    var sent = await answer.Content.ReadAsByteArrayAsync(Cancel);
                    if (format is "text/event-stream" or "application/vnd.apache.parquet")
                    {
                        Assert.Empty(answer.Content.Headers.ContentEncoding);
                        continue;
                    }

                    Assert.True(answer.Content.Headers.ContentEncoding.SequenceEqual([coding]), $"{shown}: {string.Join(',', answer.Content.Headers.ContentEncoding)}");
                    Assert.True(
                        head.Content.Headers.ContentLength is null or 0 || head.Content.Headers.ContentLength == sent.Length,
                        $"{shown}: HEAD gives the length of another answer, {head.Content.Headers.ContentLength}.");

                    // These say what time it is, or how long something waits.
                    if (route.Name is not ("GetHealth" or "GetRating"))
                    {
                        Assert.True(whole.AsSpan().SequenceEqual(Unpacked(sent, coding)), $"{shown} is another answer.");
                    }

                    compressed++;
                }
            }
        }

        Assert.True(compressed > 40, $"Only {compressed} answers.");
    }

    [Fact]
    public async Task What_has_a_secret_in_it_is_not_compressed()
    {
        var server = known.Server;
        var (_, study, _) = await server.StudyAsync();
        foreach (var call in (Call[])[KnownCalls.Good("CreateStudy", known.Place), new Call($"/api/studies/{study}/raters/r1/link")])
        {
            using var answer = await SendAsync(server, HttpMethod.Post, call, "br");
            Assert.True(answer.IsSuccessStatusCode);
            Assert.Contains("#", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            Assert.Empty(answer.Content.Headers.ContentEncoding);
        }
    }

    [Fact]
    public async Task Files_have_a_length_and_parts_and_others_are_sent_whole()
    {
        var (server, run) = (known.Server, known.Place.Run);
        foreach (var file in RunFiles.All)
        {
            var call = new Call($"/api/runs/{run}/files/{file.Name}");
            using var whole = await SendAsync(server, HttpMethod.Get, call, "identity");
            Assert.True(whole.StatusCode == HttpStatusCode.OK, file.Name);
            var content = await whole.Content.ReadAsByteArrayAsync(Cancel);
            using var part = await SendAsync(server, HttpMethod.Get, call with { Range = "bytes=3-9" }, "br");
            if (RunExports.Find(file.Name) is not null)
            {
                // Made while they are read: nobody knows their length before.
                Assert.Equal((HttpStatusCode.OK, true), (part.StatusCode, part.Headers.ETag!.IsWeak));
                continue;
            }

            Assert.Equal(content.Length, whole.Content.Headers.ContentLength);
            Assert.Equal((HttpStatusCode.PartialContent, 7L), (part.StatusCode, part.Content.Headers.ContentLength));
            Assert.Equal(new ContentRangeHeaderValue(3, 9, content.Length), part.Content.Headers.ContentRange);
            Assert.Equal(content[3..10], await part.Content.ReadAsByteArrayAsync(Cancel));
            Assert.False(whole.Headers.ETag!.IsWeak);
            Assert.Equal(whole.Headers.ETag, part.Headers.ETag);

            using var end = await SendAsync(server, HttpMethod.Get, call with { Range = "bytes=-4" }, "br", new RangeConditionHeaderValue(whole.Headers.ETag));
            Assert.Equal(content[^4..], await end.Content.ReadAsByteArrayAsync(Cancel));
            using var changed = await SendAsync(server, HttpMethod.Get, call with { Range = "bytes=-4" }, "br", new RangeConditionHeaderValue("\"another\""));
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
            Assert.Equal(content, await changed.Content.ReadAsByteArrayAsync(Cancel));
            using var behind = await SendAsync(server, HttpMethod.Get, call with { Range = $"bytes={content.Length}-" }, "br");
            Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, behind.StatusCode);
            using var head = await SendAsync(server, HttpMethod.Head, call, "br");
            Assert.Equal((content.Length, "bytes"), (head.Content.Headers.ContentLength, head.Headers.AcceptRanges.Single()));
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(ApiServer server, HttpMethod method, Call call, string coding, RangeConditionHeaderValue? condition = null) =>
        await KnownCalls.SendAsync(server.Client, method, call, prepare: request =>
        {
            request.Headers.AcceptEncoding.ParseAdd(coding);
            request.Headers.IfRange = condition;
        });

    private static byte[] Unpacked(byte[] content, string coding)
    {
        using var packed = new MemoryStream(content);
        using Stream stream = coding == "br" ? new BrotliStream(packed, CompressionMode.Decompress) : new GZipStream(packed, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        stream.CopyTo(plain);
        return plain.ToArray();
    }
}
