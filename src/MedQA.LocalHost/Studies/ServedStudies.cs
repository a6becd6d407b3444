using System.Collections.Immutable;
using System.Text.Json;
using MedQA.Client;
using MedQA.Web.Contracts;

namespace MedQA.LocalHost.Studies;

/// <summary>The studies of a service.</summary>
internal sealed class ServedStudies(MedQAClient client) : IStudySource
{
    /// <inheritdoc/>
    public async Task<StudyResource> CreateAsync(StudyRequest request, CancellationToken cancellationToken) =>
        (await client.CreateStudyAsync(
            JsonSerializer.SerializeToUtf8Bytes(request, WebJson.Default.StudyRequest),
            cancellationToken)).Deserialize(WebJson.Default.StudyResource)!;

    /// <inheritdoc/>
    public async Task<ImmutableArray<StudyResource>> ListAsync(CancellationToken cancellationToken) =>
        (await client.ListStudiesAsync(cancellationToken)).Deserialize(WebJson.Default.StudyList)!.Studies;

    /// <inheritdoc/>
    public async Task<StudyResource> GetAsync(string study, CancellationToken cancellationToken) =>
        (await client.GetStudyAsync(study, cancellationToken)).Deserialize(WebJson.Default.StudyResource)!;

    /// <inheritdoc/>
    public async Task<RaterResource> RenewLinkAsync(string study, string rater, CancellationToken cancellationToken) =>
        (await client.RenewRaterLinkAsync(study, rater, cancellationToken)).Deserialize(WebJson.Default.RaterResource)!;

    /// <inheritdoc/>
    public Task DeleteRaterAsync(string study, string rater, CancellationToken cancellationToken) =>
        client.DeleteRaterAsync(study, rater, cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync(string study, CancellationToken cancellationToken) => client.DeleteStudyAsync(study, cancellationToken);

    /// <inheritdoc/>
    public Task<Stream> OpenReportAsync(string study, ReportFormat format, CancellationToken cancellationToken) =>
        client.OpenStudyReportAsync(study, format, cancellationToken);

    /// <inheritdoc/>
    public Task<Stream> OpenRatingsAsync(string study, bool parquet, bool history, CancellationToken cancellationToken) =>
        client.OpenRatingsAsync(study, parquet ? "application/vnd.apache.parquet" : "text/csv", history, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
