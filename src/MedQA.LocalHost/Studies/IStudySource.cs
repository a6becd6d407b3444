using System.Collections.Immutable;
using MedQA.Client;
using MedQA.Web.Contracts;

namespace MedQA.LocalHost.Studies;

/// <summary>
/// Where a command finds studies: in the storage of this machine, or in a service somewhere. Both say the same, in the words of the HTTP
/// interface.
/// </summary>
internal interface IStudySource : IAsyncDisposable
{
    /// <summary>Makes a study; the answer has the raters' links.</summary>
    Task<StudyResource> CreateAsync(StudyRequest request, CancellationToken cancellationToken);

    /// <summary>Every study, newest first.</summary>
    Task<ImmutableArray<StudyResource>> ListAsync(CancellationToken cancellationToken);

    /// <summary>A study with how far each rater is.</summary>
    Task<StudyResource> GetAsync(string study, CancellationToken cancellationToken);

    /// <summary>Gives a rater a new link.</summary>
    Task<RaterResource> RenewLinkAsync(string study, string rater, CancellationToken cancellationToken);

    /// <summary>Removes a rater with all of the rater's ratings.</summary>
    Task DeleteRaterAsync(string study, string rater, CancellationToken cancellationToken);

    /// <summary>Removes a study.</summary>
    Task DeleteAsync(string study, CancellationToken cancellationToken);

    /// <summary>The report. The caller disposes it.</summary>
    Task<Stream> OpenReportAsync(string study, ReportFormat format, CancellationToken cancellationToken);

    /// <summary>The ratings as CSV or Parquet. The caller disposes it.</summary>
    Task<Stream> OpenRatingsAsync(string study, bool parquet, bool history, CancellationToken cancellationToken);
}
