using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using MedQA.Client;
using MedQA.LocalHost.Hosting;
using MedQA.LocalHost.Settings;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Studies;
using MedQA.Web.Contracts;
using MedQA.Web.Rating;

namespace MedQA.LocalHost.Studies;

/// <summary>The studies in the storage of this machine.</summary>
internal sealed class StoredStudies(LocalStorage storage) : IStudySource
{
    private readonly StudyStore _studies = new(storage.Runs, TimeProvider.System);
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();

    /// <inheritdoc/>
    public async Task<StudyResource> CreateAsync(StudyRequest request, CancellationToken cancellationToken)
    {
        var (study, secret) = await StudyMaking.MakeAsync(request, new RunReader(storage.Runs), TimeProvider.System, _random,
            cancellationToken);
        return StudyResource.Of(study, await _studies.CreateAsync(study, secret, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<StudyResource>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await _studies.ListAsync(cancellationToken)).Select(StudyResource.Of)];

    /// <inheritdoc/>
    public async Task<StudyResource> GetAsync(string study, CancellationToken cancellationToken)
    {
        var found = await FindAsync(study, cancellationToken);
        return StudyResource.Of(found, await _studies.RatingsAsync(found, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<RaterResource> RenewLinkAsync(string study, string rater, CancellationToken cancellationToken)
    {
        var found = await FindAsync(study, cancellationToken);
        return found.Manifest.Raters.FirstOrDefault(invited => invited.Rater == rater) is { } invited
            && await _studies.RenewLinkAsync(found.Id, rater, cancellationToken) is { } link
            ? RaterResource.Of(found, invited, await _studies.RatingsAsync(found.Id, rater, cancellationToken)) with
            {
                Link = RaterResource.PathOf(link)
            }
            : throw NoRater(study, rater);
    }

    /// <inheritdoc/>
    public async Task DeleteRaterAsync(string study, string rater, CancellationToken cancellationToken)
    {
        if (!await _studies.DeleteRaterAsync(await FindAsync(study, cancellationToken), rater, cancellationToken))
        {
            throw NoRater(study, rater);
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string study, CancellationToken cancellationToken)
    {
        if (!StudyId.TryParse(study, out var id) || !await _studies.DeleteAsync(id, cancellationToken))
        {
            throw NoStudy(study);
        }
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenReportAsync(string study, ReportFormat format, CancellationToken cancellationToken)
    {
        var found = await FindAsync(study, cancellationToken);
        return new MemoryStream(StudyResults.Report(found, await _studies.RatingsAsync(found, cancellationToken), format switch
        {
            ReportFormat.Json => StudyResults.Json,
            ReportFormat.Html => StudyResults.Html,
            _ => StudyResults.Markdown,
        }));
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenRatingsAsync(string study, bool parquet, bool history, CancellationToken cancellationToken)
    {
        var found = await FindAsync(study, cancellationToken);
        var lines = RatingTable.Lines(found, await _studies.RatingsAsync(found, cancellationToken), history).ToList();
        if (!parquet)
        {
            return new MemoryStream(Encoding.UTF8.GetBytes(RatingTable.Csv(found, lines)));
        }

        var file = new MemoryStream();
        await RatingTable.WriteParquetAsync(file, found, lines, cancellationToken);
        return new MemoryStream(file.ToArray());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => storage.DisposeAsync();

    private async Task<Study> FindAsync(string study, CancellationToken cancellationToken) =>
        (StudyId.TryParse(study, out var id) ? await _studies.FindAsync(id, cancellationToken) : null) ?? throw NoStudy(study);

    private static InputException NoStudy(string study) => new($"There is no study '{study}' here. `medqa study list` lists the studies.");

    private static InputException NoRater(string study, string rater) =>
        new($"Study '{study}' has no rater '{rater}', or not any more. `medqa study show {study}` lists them.");
}
