using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Azure.Core.Pipeline;
using MedQA.Pipeline.Storage;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;

namespace MedQA.Web.Tests.Answers;

/// <summary>The answers of a large run over a stand-in for the storage that makes batches up as they are asked for.</summary>
public sealed class AnswerStreamTests
{
    private const int Answers = 100_000;
    private const int Batch = 1000;
    private const string Run = "aaaaaaaaaaaaaaaa";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("answers", "application/x-ndjson", Answers)]
    [InlineData("answers", "text/csv", Answers + 1)]
    [InlineData("files/answers.jsonl", "*/*", Answers)]
    public async Task A_hundred_thousand_answers_are_sent_as_they_are_read(string path, string format, int lines)
    {
        var made = new MadeUpStorage();
        var storage = StorageConnection.Open("UseDevelopmentStorage=true", configure: options => options.Transport = new HttpClientTransport(made));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        await using var application = builder.Build();
        application.MapApi(ApiServer.ApiOver(storage, new ScriptedModel(), new ApiLimits()));
        await application.StartAsync(Cancel);
        using var client = application.GetTestClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{Run}/{path}");
        request.Headers.Accept.ParseAdd(format);

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var content = await response.Content.ReadAsStreamAsync(Cancel);
        var (buffer, read, ends, most) = (new byte[64 * 1024], 0L, 0, 0L);
        while (await content.ReadAsync(buffer, Cancel) is > 0 and var count)
        {
            if (read == 0)
            {
                Assert.InRange(made.Batches, 1, 8);
            }

            read += count;
            ends += buffer.AsSpan(0, count).Count((byte)'\n');

            // What was read from the storage and is not sent yet: a few batches, what the server keeps of an answer, and what is on its way.
            most = Math.Max(most, ((long)made.Batches * Batch) - ends);
        }

        Assert.Equal(lines, ends);
        Assert.Equal(Answers / Batch, made.Batches);
        Assert.InRange(most, 0, 12 * Batch);
    }

    /// <summary>A run of finished batches, each made up when it is asked for.</summary>
    private sealed class MadeUpStorage : HttpMessageHandler
    {
        private readonly ConcurrentDictionary<string, bool> _read = new();

        /// <summary>How many batches of answers were read so far.</summary>
        public int Batches => _read.Count;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var address = Uri.UnescapeDataString(request.RequestUri!.ToString());
            var name = request.RequestUri.AbsolutePath.Split($"/{Run}/")[^1];
            var number = name.EndsWith(".jsonl", StringComparison.Ordinal) ? int.Parse(name.AsSpan(name.Length - 14, 8), CultureInfo.InvariantCulture) : 0;
            return Task.FromResult(name.Split('/')[0] switch
            {
                _ when address.Contains("comp=list", StringComparison.Ordinal) => Answer(List(), "application/xml"),
                "manifest.json" => Answer(Manifest, "application/json"),
                "questions" => Answer(Lines(number, ordinal => $$"""{"ordinal":{{ordinal}},"question":{"id":"q{{ordinal}}","dataset":"d","text":"What is {{ordinal}}?","options":["one","two"],"gold":0} }"""), "application/x-ndjson"),
                "answers" => Answered(name, number),
                "counted" => new HttpResponseMessage(HttpStatusCode.NotFound) { Headers = { { "x-ms-error-code", "BlobNotFound" } } },
                _ => Answer(Row, "application/json"),
            });
        }

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => throw new NotSupportedException();

        private HttpResponseMessage Answered(string name, int number)
        {
            _read[name] = true;
            return Answer(Lines(number, ordinal => $$"""
                {"ordinal":{{ordinal}},"id":"q{{ordinal}}","dataset":"d","optionCount":2,"gold":0,"answer":1,"votes":[0,1],"samplesAsked":1,"reasonings":[{"index":0,"text":"Two.","tokens":[1,2],"logLikelihood":-1.5,"drawnTokens":3,"end":"endToken","answer":1}],"promptTokens":9,"seconds":1.5}
                """), "application/x-ndjson");
        }

        private static string Lines(int number, Func<int, string> line) => string.Concat(Enumerable.Range(number * Batch, Batch).Select(ordinal => $"{line(ordinal)}\n"));

        private static string List() =>
            $"<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ContainerName=\"runs\"><Blobs>{string.Concat(Enumerable.Range(0, Answers / Batch).Select(static number => $"<Blob><Name>{Run}/answers/{number:D8}.jsonl</Name><Properties><Etag>0x1</Etag></Properties></Blob>"))}</Blobs><NextMarker /></EnumerationResults>";

        private static HttpResponseMessage Answer(string body, string type)
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, type), Headers = { ETag = new EntityTagHeaderValue("\"0x1\"") } };
            response.Content.Headers.LastModified = DateTimeOffset.UnixEpoch;
            return response;
        }

        private static string Manifest => $$"""
            {"v":1,"run":"{{Run}}","name":"large.csv","source":"s","sourceETag":"0x1","created":"2026-01-01T00:00:00+00:00","profileName":"p","modelName":"m","modelFingerprint":"f","rules":"2","questions":{{Answers}},"batchSize":{{Batch}}}
            """;

        private static string Row => $$"""
            {"PartitionKey":"runs","RowKey":"{{Run}}","odata.etag":"x","Run":"{{Run}}","Name":"large.csv","State":"Running","Requested":"None","Source":"s","Profile":"p","Strategy":"self-consistency","Samples":1,
             "Model":"m","ModelFingerprint":"f","Questions":{{Answers}},"Revision":1}
            """;
    }
}
