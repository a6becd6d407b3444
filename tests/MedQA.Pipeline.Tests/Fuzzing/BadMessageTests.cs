using System.Text;
using FsCheck.Xunit;
using MedQA.Evaluation;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Uploading;
using MedQA.Testing.Fuzzing;

namespace MedQA.Pipeline.Tests.Fuzzing;

/// <summary>Queue messages and continuations that were made bad, see <see cref="Fuzz"/>.</summary>
[Collection(typeof(Alone))]
public sealed class BadMessageTests
{
    private static readonly string[] Batches =
    [
        """{"v":1,"run":"xp7upbmie3veqzyp","batch":"00000001","sent":"2026-11-25T10:00:00+00:00","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}""",
        """{"v":1,"run":"aaaaaaaaaaaaaaaa","batch":"00000012-3"}""",
        new BatchMessage { Run = "aaaaaaaaaaaaaaaa" }.ToText(),
    ];

    private static readonly string[] Uploads =
    [
        """{"eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/question-sets/blobs/few-shot/a.csv","data":{"eTag":"0x8DB"}}""",
        """[{"type":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/question-sets/blobs/a.csv","data":{"eTag":"\"0x8DB\""}}]""",
        """{"ContainerName":"question-sets","BlobName":"a.csv","ETag":"\"0x8DB\""}""",
        Convert.ToBase64String("""{"ContainerName":"question-sets","BlobName":"a.csv","ETag":"\"0x8DB\""}"""u8),
    ];

    private static readonly string[] Continuations = [new AnswerPlace(12).Continue("list"), new AnswerPlace(3, (7, 1)).Continue("list"), new AnswerPlace(int.MaxValue).Continue("list")];

    [Fact]
    public async Task Bad_batch_messages_are_read_or_refused() => await Fuzz.RunAsync("batch-message", Bytes(Batches), 2000, Checked(ReadBatch));

    [Fact]
    public async Task Bad_batch_messages_in_base64_are_read_or_refused() =>
        await Fuzz.RunAsync("batch-message-base64", Bytes(Batches[..2]), 2000, static bytes => Checked(ReadBatch)(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes))));

    [Fact]
    public async Task Bad_upload_events_are_read_or_refused() => await Fuzz.RunAsync("upload-event", Bytes(Uploads), 2000, Checked(ReadUpload));

    [Fact]
    public async Task Bad_upload_events_in_base64_are_read_or_refused() =>
        await Fuzz.RunAsync("upload-event-base64", Bytes(Uploads[..3]), 2000, static bytes => Checked(ReadUpload)(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes))));

    [Fact]
    public async Task Bad_continuations_are_refused() => await Fuzz.RunAsync("continuation", Bytes(Continuations), 2000, Checked(ReadContinuation));

    [Property]
    public void Any_text_is_a_message_or_refused(string text)
    {
        ReadBatch(text ?? "");
        ReadUpload(text ?? "");
        ReadContinuation(text ?? "");
    }

    [Property]
    public void A_place_is_read_from_its_continuation_in_its_own_list_only(ushort ordinal, ushort at, byte revision)
    {
        var place = new AnswerPlace(ordinal, (at, revision));
        Assert.Equal(place, AnswerPlace.Of("list", place.Continue("list")));
        Assert.Throws<InputException>(() => AnswerPlace.Of("other", place.Continue("list")));
    }

    private static void ReadBatch(string text)
    {
        if (BatchMessage.TryParse(text, out var message))
        {
            Assert.True(message.TryGetRun(out _));
            message.TryGetBatch(out _, out _);
        }
        else
        {
            Assert.NotEmpty(Assert.Throws<FormatException>(() => BatchMessage.Parse(text)).Message);
        }
    }

    private static void ReadUpload(string text)
    {
        if (UploadEvent.TryParse(text, out var upload))
        {
            Assert.NotEmpty(upload.BlobName);
        }
        else
        {
            Assert.NotEmpty(Assert.Throws<FormatException>(() => UploadEvent.Parse(text)).Message);
        }
    }

    private static void ReadContinuation(string text)
    {
        try
        {
            Assert.True(AnswerPlace.Of("list", text).Ordinal >= 0);
        }
        catch (InputException exception)
        {
            Assert.NotEmpty(exception.Message);
        }
    }

    private static byte[][] Bytes(string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    private static Func<byte[], Task> Checked(Action<string> read) => bytes =>
    {
        read(Encoding.UTF8.GetString(bytes));
        return Task.CompletedTask;
    };
}
