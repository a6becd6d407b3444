using System.Text;
using MedQA.Pipeline.Uploading;

namespace MedQA.Pipeline.Tests.Uploading;

public sealed class UploadEventTests
{
    private const string EventGrid = """
        {"topic":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/data","subject":"/blobServices/default/containers/question-sets/blobs/few-shot/my cases.csv",
         "eventType":"Microsoft.Storage.BlobCreated","id":"1","data":{"api":"PutBlob","eTag":"0x8DEADBEEF","contentLength":524,"blobType":"BlockBlob",
         "url":"https://data.blob.core.windows.net/question-sets/few-shot/my%20cases.csv"},"dataVersion":"","metadataVersion":"1","eventTime":"2026-11-23T10:00:00Z"}
        """;

    private const string CloudEvent = """
        {"specversion":"1.0","type":"Microsoft.Storage.BlobCreated","source":"/subscriptions/s","subject":"/blobServices/default/containers/question-sets/blobs/cases.csv","id":"1",
         "data":{"api":"PutBlockList","eTag":"0x8DEADBEEF","url":"https://data.blob.core.windows.net/question-sets/cases.csv"}}
        """;

    private const string BlobTrigger = """
        {"Type":"BlobTrigger","FunctionId":"Host.Functions.OnBlobFound","BlobType":"BlockBlob","ContainerName":"question-sets","BlobName":"few-shot/cases.csv","ETag":"\"0x8DEADBEEF\""}
        """;

    [Theory]
    [InlineData(EventGrid, "few-shot/my cases.csv")]
    [InlineData(CloudEvent, "cases.csv")]
    [InlineData(BlobTrigger, "few-shot/cases.csv")]
    [InlineData($"[{CloudEvent}]", "cases.csv")]
    public void Events_of_every_kind_name_the_blob_and_its_version(string message, string blob)
    {
        foreach (var text in (string[])[message, Convert.ToBase64String(Encoding.UTF8.GetBytes(message))])
        {
            Assert.True(UploadEvent.TryParse(text, out var upload));
            Assert.Equal((blob, "0x8DEADBEEF"), (upload.BlobName, upload.ETag!.Value.ToString()));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("[1]")]
    [InlineData("""{"BlobName":"cases.csv","ContainerName":"other"}""")]
    [InlineData("""{"BlobName":7,"ContainerName":"question-sets"}""")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobDeleted","subject":"/blobServices/default/containers/question-sets/blobs/cases.csv"}""")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/runs/blobs/cases.csv"}""")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/question-sets/blobs/"}""")]
    public void Other_messages_are_refused_with_what_the_subscription_must_deliver(string message)
    {
        Assert.False(UploadEvent.TryParse(message, out _));
        Assert.Contains("Microsoft.Storage.BlobCreated", Assert.Throws<FormatException>(() => UploadEvent.Parse(message)).Message, StringComparison.Ordinal);
    }
}
