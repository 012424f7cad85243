/**
 * The fields of Kubernetes' own kinds, for lint. Written by `scripts/kubernetes-types.ts`.
 *
 * Each line defines a type, to which other lines refer by its number, counted from 0. It has groups of fields: a code
 * for what the fields hold, a colon, and their names. The codes: none for a text, `!` for bytes in base64, `=a|b` for
 * one of these texts, `#` for a whole number, `%` for a number, `?` for a boolean, `~` for a quantity, `*` for
 * anything, a number for that type, `[` and `{` for a list and a map of what the rest of the code says.
 */
export const TYPES = `
:apiVersion,kind,name,uid ?:blockOwnerDeletion,controller
{:annotations,labels *:creationTimestamp,deletionTimestamp,managedFields #:deletionGracePeriodSeconds,generation [:finalizers :generateName,name,namespace,resourceVersion,selfLink,uid [0:ownerReferences
:expression,name
[:apiGroups,apiVersions,resourceNames,resources [=*|CONNECT|CREATE|DELETE|UPDATE:operations =*|Cluster|Namespaced:scope
:key,operator [:values
[4:matchExpressions {:matchLabels
[3:excludeResourceRules,resourceRules =Equivalent|Exact:matchPolicy 5:namespaceSelector,objectSelector
:expression
7:applyConfiguration,jsonPatch =ApplyConfiguration|JSONPatch:patchType
:apiVersion,kind
=Fail|Ignore:failurePolicy [2:matchConditions,variables 6:matchConstraints [8:mutations 9:paramKind =IfNeeded|Never:reinvocationPolicy
:apiVersion,kind 1:metadata 10:spec
:name,namespace,parameterNotFoundAction 5:selector
6:matchResources 12:paramRef :policyName
:apiVersion,kind 1:metadata 13:spec
:name,namespace,path #:port
!:caBundle 15:service :url
[:apiGroups,apiVersions,resources [=*|CONNECT|CREATE|DELETE|UPDATE:operations =*|Cluster|Namespaced:scope
[:admissionReviewVersions 16:clientConfig =Fail|Ignore:failurePolicy [2:matchConditions =Equivalent|Exact:matchPolicy :name 5:namespaceSelector,objectSelector =IfNeeded|Never:reinvocationPolicy [17:rules =None|NoneOnDryRun|Some|Unknown:sideEffects #:timeoutSeconds
:apiVersion,kind 1:metadata [18:webhooks
:key,valueExpression
:expression,message,messageExpression,reason
[20:auditAnnotations =Fail|Ignore:failurePolicy [2:matchConditions,variables 6:matchConstraints 9:paramKind [21:validations
:apiVersion,kind 1:metadata 22:spec *:status
6:matchResources 12:paramRef :policyName [=Audit|Deny|Warn:validationActions
:apiVersion,kind 1:metadata 24:spec
[:admissionReviewVersions 16:clientConfig =Fail|Ignore:failurePolicy [2:matchConditions =Equivalent|Exact:matchPolicy :name 5:namespaceSelector,objectSelector [17:rules =None|NoneOnDryRun|Some|Unknown:sideEffects #:timeoutSeconds
:apiVersion,kind 1:metadata [26:webhooks
:name,namespace =Allow|Deny:parameterNotFoundAction 5:selector
6:matchResources 28:paramRef :policyName
:apiVersion,kind 1:metadata 29:spec
[3:excludeResourceRules,resourceRules :matchPolicy 5:namespaceSelector,objectSelector
:failurePolicy [2:matchConditions,variables 31:matchConstraints [8:mutations 9:paramKind =IfNeeded|Never:reinvocationPolicy
:apiVersion,kind 1:metadata 32:spec
31:matchResources 12:paramRef :policyName
:apiVersion,kind 1:metadata 34:spec
:apiVersion,kind 1:metadata *:spec,status
:apiVersion,kind *:data 1:metadata #:revision
:key =DoesNotExist|Exists|Gt|In|Lt|NotIn:operator [:values
[38:matchExpressions,matchFields
39:preference #:weight
[39:nodeSelectorTerms
[40:preferredDuringSchedulingIgnoredDuringExecution 41:requiredDuringSchedulingIgnoredDuringExecution
5:labelSelector,namespaceSelector [:matchLabelKeys,mismatchLabelKeys,namespaces :topologyKey
43:podAffinityTerm #:weight
[44:preferredDuringSchedulingIgnoredDuringExecution [43:requiredDuringSchedulingIgnoredDuringExecution
42:nodeAffinity 45:podAffinity,podAntiAffinity
:key,name ?:optional
:apiVersion,fieldPath
:key,path,volumeName ?:optional
:containerName,resource ~:divisor
47:configMapKeyRef,secretKeyRef 48:fieldRef 49:fileKeyRef 50:resourceFieldRef
:name,value 51:valueFrom
:name ?:optional
53:configMapRef,secretRef :prefix
[:command
:name,value
:host,path [56:httpHeaders *:port =HTTP|HTTPS:scheme
#:seconds
:host *:port
55:exec 57:httpGet 58:sleep 59:tcpSocket
60:postStart,preStop =SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ:stopSignal
#:port :service
55:exec #:failureThreshold,initialDelaySeconds,periodSeconds,successThreshold,terminationGracePeriodSeconds,timeoutSeconds 62:grpc 57:httpGet 59:tcpSocket
#:containerPort,hostPort :hostIP,name =SCTP|TCP|UDP:protocol
:resourceName,restartPolicy
:name,request
[66:claims {~:limits,requests
:operator [#:values
:action 68:exitCodes
:localhostProfile =Localhost|RuntimeDefault|Unconfined:type
[:add,drop
:level,role,type,user
:gmsaCredentialSpec,gmsaCredentialSpecName,runAsUserName ?:hostProcess
?:allowPrivilegeEscalation,privileged,readOnlyRootFilesystem,runAsNonRoot 70:appArmorProfile,seccompProfile 71:capabilities =Default|Unmasked:procMount #:runAsGroup,runAsUser 72:seLinuxOptions 73:windowsOptions
:devicePath,name
:mountPath,name,recursiveReadOnly,subPath,subPathExpr =Bidirectional|HostToContainer|None:mountPropagation ?:readOnly
[:args,command [52:env [54:envFrom :image,name,restartPolicy,terminationMessagePath,workingDir =Always|IfNotPresent|Never:imagePullPolicy 61:lifecycle 63:livenessProbe,readinessProbe,startupProbe [64:ports [65:resizePolicy 67:resources [69:restartPolicyRules 74:securityContext ?:stdin,stdinOnce,tty =FallbackToLogsOnError|File:terminationMessagePolicy [75:volumeDevices [76:volumeMounts
[:nameservers,searches [56:options
[:args,command [52:env [54:envFrom :image,name,restartPolicy,targetContainerName,terminationMessagePath,workingDir =Always|IfNotPresent|Never:imagePullPolicy 61:lifecycle 63:livenessProbe,readinessProbe,startupProbe [64:ports [65:resizePolicy 67:resources [69:restartPolicyRules 74:securityContext ?:stdin,stdinOnce,tty =FallbackToLogsOnError|File:terminationMessagePolicy [75:volumeDevices [76:volumeMounts
[:hostnames :ip
:name
:conditionType
:name,resourceClaimName,resourceClaimTemplateName
:podGroupName
70:appArmorProfile,seccompProfile #:fsGroup,runAsGroup,runAsUser =Always|OnRootMismatch:fsGroupChangePolicy ?:runAsNonRoot :seLinuxChangePolicy 72:seLinuxOptions [#:supplementalGroups =Merge|Strict:supplementalGroupsPolicy [56:sysctls 73:windowsOptions
=NoExecute|NoSchedule|PreferNoSchedule:effect :key,value =Equal|Exists|Gt|Lt:operator #:tolerationSeconds
5:labelSelector [:matchLabelKeys #:maxSkew,minDomains =Honor|Ignore:nodeAffinityPolicy,nodeTaintsPolicy :topologyKey =DoNotSchedule|ScheduleAnyway:whenUnsatisfiable
:fsType,volumeID #:partition ?:readOnly
=None|ReadOnly|ReadWrite:cachingMode :diskName,diskURI,fsType =Dedicated|Managed|Shared:kind ?:readOnly
?:readOnly :secretName,shareName
[:monitors :path,secretFile,user ?:readOnly 81:secretRef
:fsType,volumeID ?:readOnly 81:secretRef
:key,path #:mode
#:defaultMode [93:items :name ?:optional
:driver,fsType 81:nodePublishSecretRef ?:readOnly {:volumeAttributes
48:fieldRef #:mode :path 50:resourceFieldRef
#:defaultMode [96:items
:medium ~:sizeLimit
:apiGroup,kind,name
:apiGroup,kind,name,namespace
{~:limits,requests
[=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod:accessModes 99:dataSource 100:dataSourceRef 101:resources 5:selector :storageClassName,volumeAttributesClassName,volumeName =Block|Filesystem:volumeMode
1:metadata 102:spec
103:volumeClaimTemplate
:fsType #:lun ?:readOnly [:targetWWNs,wwids
:driver,fsType {:options ?:readOnly 81:secretRef
:datasetName,datasetUUID
:fsType,pdName #:partition ?:readOnly
:directory,repository,revision
:endpoints,path ?:readOnly
:path =BlockDevice|CharDevice|Directory|DirectoryOrCreate|File|FileOrCreate|Socket:type
=Always|IfNotPresent|Never:pullPolicy :reference
?:chapAuthDiscovery,chapAuthSession,readOnly :fsType,initiatorName,iqn,iscsiInterface,targetPortal #:lun [:portals 81:secretRef
:path,server ?:readOnly
:claimName ?:readOnly
:fsType,pdID
:fsType,volumeID ?:readOnly
5:labelSelector :name,path,signerName ?:optional
[93:items :name ?:optional
[96:items
:certificateChainPath,credentialBundlePath,keyPath,keyType,signerName #:maxExpirationSeconds {:userAnnotations
:audience,path #:expirationSeconds
118:clusterTrustBundle 119:configMap,secret 120:downwardAPI 121:podCertificate 122:serviceAccountToken
#:defaultMode [123:sources
:group,registry,tenant,user,volume ?:readOnly
:fsType,image,keyring,pool,user [:monitors ?:readOnly 81:secretRef
:fsType,gateway,protectionDomain,storageMode,storagePool,system,volumeName ?:readOnly,sslEnabled 81:secretRef
#:defaultMode [93:items ?:optional :secretName
:fsType,volumeName,volumeNamespace ?:readOnly 81:secretRef
:fsType,storagePolicyID,storagePolicyName,volumePath
88:awsElasticBlockStore 89:azureDisk 90:azureFile 91:cephfs 92:cinder 94:configMap 95:csi 97:downwardAPI 98:emptyDir 104:ephemeral 105:fc 106:flexVolume 107:flocker 108:gcePersistentDisk 109:gitRepo 110:glusterfs 111:hostPath 112:image 113:iscsi :name 114:nfs 115:persistentVolumeClaim 116:photonPersistentDisk 117:portworxVolume 124:projected 125:quobyte 126:rbd 127:scaleIO 128:secret 129:storageos 130:vsphereVolume
#:activeDeadlineSeconds,priority,terminationGracePeriodSeconds 46:affinity ?:automountServiceAccountToken,enableServiceLinks,hostIPC,hostNetwork,hostPID,hostUsers,setHostnameAsFQDN,shareProcessNamespace [77:containers,initContainers 78:dnsConfig =ClusterFirst|ClusterFirstWithHostNet|Default|None:dnsPolicy [79:ephemeralContainers [80:hostAliases :hostname,hostnameOverride,nodeName,priorityClassName,runtimeClassName,schedulerName,serviceAccount,serviceAccountName,subdomain [81:imagePullSecrets,schedulingGates {:nodeSelector 81:os {~:overhead =Never|PreemptLowerPriority:preemptionPolicy [82:readinessGates [83:resourceClaims 67:resources =Always|Never|OnFailure:restartPolicy 84:schedulingGroup 85:securityContext [86:tolerations [87:topologySpreadConstraints [131:volumes
1:metadata 132:spec
*:maxSurge,maxUnavailable
134:rollingUpdate =OnDelete|RollingUpdate:type
#:minReadySeconds,revisionHistoryLimit 5:selector 133:template 135:updateStrategy
:apiVersion,kind 1:metadata 136:spec *:status
134:rollingUpdate =Recreate|RollingUpdate:type
#:minReadySeconds,progressDeadlineSeconds,replicas,revisionHistoryLimit ?:paused 5:selector 138:strategy 133:template
:apiVersion,kind 1:metadata 139:spec *:status
#:minReadySeconds,replicas 5:selector 133:template
:apiVersion,kind 1:metadata 141:spec *:status
#:start
:whenDeleted,whenScaled
*:maxUnavailable #:partition
145:rollingUpdate =OnDelete|RollingUpdate:type
:apiVersion,kind 1:metadata 102:spec *:status
#:minReadySeconds,replicas,revisionHistoryLimit 143:ordinals 144:persistentVolumeClaimRetentionPolicy =OrderedReady|Parallel:podManagementPolicy 5:selector :serviceName 133:template 146:updateStrategy [147:volumeClaimTemplates
:apiVersion,kind 1:metadata 148:spec *:status
:apiVersion,kind 1:metadata *:status
:apiVersion,kind,name,uid
[:audiences 151:boundObjectRef #:expirationSeconds
:apiVersion,kind 1:metadata 152:spec *:status
[:audiences :token
:apiVersion,kind 1:metadata 154:spec *:status
:path,verb
:rawSelector [4:requirements
157:fieldSelector,labelSelector :group,name,namespace,resource,subresource,verb,version
{[:extra [:groups 156:nonResourceAttributes 158:resourceAttributes :uid,user
:apiVersion,kind 1:metadata 159:spec *:status
156:nonResourceAttributes 158:resourceAttributes
:apiVersion,kind 1:metadata 161:spec *:status
:namespace
:apiVersion,kind 1:metadata 163:spec *:status
:apiVersion,kind,name
#:maxReplicas,minReplicas,targetCPUUtilizationPercentage 165:scaleTargetRef
:apiVersion,kind 1:metadata 166:spec *:status
#:replicas
:apiVersion,kind 1:metadata 168:spec *:status
#:periodSeconds,value :type
[170:policies :selectPolicy #:stabilizationWindowSeconds ~:tolerance
171:scaleDown,scaleUp
#:averageUtilization ~:averageValue,value :type
:container,name 173:target
:name 5:selector
175:metric 173:target
165:describedObject 175:metric 173:target
:name 173:target
174:containerResource 176:external,pods 177:object 178:resource :type
172:behavior #:maxReplicas,minReplicas [179:metrics 165:scaleTargetRef
:apiVersion,kind 1:metadata 180:spec *:status
:containerName =In|NotIn:operator [#:values
:status,type
=Count|FailIndex|FailJob|Ignore:action 182:onExitCodes [183:onPodConditions
[184:rules
#:succeededCount :succeededIndexes
[186:rules
#:activeDeadlineSeconds,backoffLimit,backoffLimitPerIndex,completions,maxFailedIndexes,parallelism,ttlSecondsAfterFinished =Indexed|NonIndexed:completionMode :managedBy ?:manualSelector,suspend 185:podFailurePolicy =Failed|TerminatingOrFailed:podReplacementPolicy 5:selector 187:successPolicy 133:template
1:metadata 188:spec
=Allow|Forbid|Replace:concurrencyPolicy #:failedJobsHistoryLimit,startingDeadlineSeconds,successfulJobsHistoryLimit 189:jobTemplate :schedule,timeZone ?:suspend
:apiVersion,kind 1:metadata 190:spec *:status
:apiVersion,kind 1:metadata 188:spec *:status
#:expirationSeconds {[:extra [:groups !:request :signerName,uid,username [=any|cert sign|client auth|code signing|content commitment|crl sign|data encipherment|decipher only|digital signature|email protection|encipher only|ipsec end system|ipsec tunnel|ipsec user|key agreement|key encipherment|microsoft sgc|netscape sgc|ocsp signing|s/mime|server auth|signing|timestamping:usages
:apiVersion,kind 1:metadata 193:spec *:status
*:acquireTime,renewTime :holderIdentity,preferredHolder,strategy #:leaseDurationSeconds,leaseTransitions
:apiVersion,kind 1:metadata 195:spec
:binaryVersion,emulationVersion,leaseName,strategy *:pingTime,renewTime
:apiVersion,kind 1:metadata 197:spec
:apiVersion,fieldPath,kind,name,namespace,resourceVersion,uid
:apiVersion,kind 1:metadata 199:target
:error,message,status,type
:apiVersion,kind [201:conditions 1:metadata
:apiVersion,kind {!:binaryData {:data ?:immutable 1:metadata
:hostname,ip,nodeName 199:targetRef
:appProtocol,name #:port =SCTP|TCP|UDP:protocol
[204:addresses,notReadyAddresses [205:ports
:apiVersion,kind 1:metadata [206:subsets
#:count *:lastObservedTime
:component,host
:action,apiVersion,kind,message,reason,reportingComponent,reportingInstance,type #:count *:eventTime,firstTimestamp,lastTimestamp 199:involvedObject,related 1:metadata 208:series 209:source
{~:default,defaultRequest,max,maxLimitRequestRatio,min :type
[211:limits
:apiVersion,kind 1:metadata 212:spec
[:finalizers
:apiVersion,kind 1:metadata 214:spec *:status
:kubeletConfigKey,name,namespace,resourceVersion,uid
216:configMap
=NoExecute|NoSchedule|PreferNoSchedule:effect :key,value *:timeAdded
217:configSource :externalID,podCIDR,providerID [:podCIDRs [218:taints ?:unschedulable
:apiVersion,kind 1:metadata 219:spec *:status
?:readOnly :secretName,secretNamespace,shareName
:name,namespace
[:monitors :path,secretFile,user ?:readOnly 222:secretRef
:fsType,volumeID ?:readOnly 222:secretRef
222:controllerExpandSecretRef,controllerPublishSecretRef,nodeExpandSecretRef,nodePublishSecretRef,nodeStageSecretRef :driver,fsType,volumeHandle ?:readOnly {:volumeAttributes
:driver,fsType {:options ?:readOnly 222:secretRef
:endpoints,endpointsNamespace,path ?:readOnly
?:chapAuthDiscovery,chapAuthSession,readOnly :fsType,initiatorName,iqn,iscsiInterface,targetPortal #:lun [:portals 222:secretRef
:fsType,path
41:required
:fsType,image,keyring,pool,user [:monitors ?:readOnly 222:secretRef
:fsType,gateway,protectionDomain,storageMode,storagePool,system,volumeName ?:readOnly,sslEnabled 222:secretRef
:fsType,volumeName,volumeNamespace ?:readOnly 199:secretRef
[=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod:accessModes 88:awsElasticBlockStore 89:azureDisk 221:azureFile {~:capacity 223:cephfs 224:cinder 199:claimRef 225:csi 105:fc 226:flexVolume 107:flocker 108:gcePersistentDisk 227:glusterfs 111:hostPath 228:iscsi 229:local [:mountOptions 114:nfs 230:nodeAffinity =Delete|Recycle|Retain:persistentVolumeReclaimPolicy 116:photonPersistentDisk 117:portworxVolume 125:quobyte 231:rbd 232:scaleIO :storageClassName,volumeAttributesClassName 233:storageos =Block|Filesystem:volumeMode 130:vsphereVolume
:apiVersion,kind 1:metadata 234:spec *:status
:apiVersion,kind 1:metadata 132:spec *:status
:apiVersion,kind 1:metadata 133:template
#:minReadySeconds,replicas {:selector 133:template
:apiVersion,kind 1:metadata 238:spec *:status
=DoesNotExist|Exists|In|NotIn:operator =BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass:scopeName [:values
[240:matchExpressions
{~:hard 241:scopeSelector [=BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass:scopes
:apiVersion,kind 1:metadata 242:spec *:status
:apiVersion,kind,type {!:data ?:immutable 1:metadata {:stringData
:appProtocol,name #:nodePort,port =SCTP|TCP|UDP:protocol *:targetPort
#:timeoutSeconds
246:clientIP
?:allocateLoadBalancerNodePorts,publishNotReadyAddresses :clusterIP,externalName,loadBalancerClass,loadBalancerIP,trafficDistribution [:clusterIPs,externalIPs,loadBalancerSourceRanges =Cluster|Local:externalTrafficPolicy,internalTrafficPolicy #:healthCheckNodePort [=IPv4|IPv6:ipFamilies =PreferDualStack|RequireDualStack|SingleStack:ipFamilyPolicy [245:ports {:selector =ClientIP|None:sessionAffinity 247:sessionAffinityConfig =ClusterIP|ExternalName|LoadBalancer|NodePort:type
:apiVersion,kind 1:metadata 248:spec *:status
:apiVersion,kind ?:automountServiceAccountToken [81:imagePullSecrets 1:metadata [199:secrets
?:ready,serving,terminating
[81:forNodes,forZones
[:addresses 251:conditions {:deprecatedTopology 252:hints :hostname,nodeName,zone 199:targetRef
=FQDN|IPv4|IPv6:addressType :apiVersion,kind [253:endpoints 1:metadata [205:ports
:action,apiVersion,kind,note,reason,reportingController,reportingInstance,type #:deprecatedCount *:deprecatedFirstTimestamp,deprecatedLastTimestamp,eventTime 209:deprecatedSource 1:metadata 199:regarding,related 208:series
:type
[:nonResourceURLs,verbs
[:apiGroups,namespaces,resources,verbs ?:clusterScope
81:group,user :kind 222:serviceAccount
[257:nonResourceRules [258:resourceRules [259:subjects
256:distinguisherMethod #:matchingPrecedence 81:priorityLevelConfiguration [260:rules
:apiVersion,kind 1:metadata 261:spec *:status
#:lendablePercent,nominalConcurrencyShares
#:handSize,queueLengthLimit,queues
264:queuing :type
#:borrowingLimitPercent,lendablePercent,nominalConcurrencyShares 265:limitResponse
263:exempt 266:limited :type
:apiVersion,kind 1:metadata 267:spec *:status
:group,name,namespace,resource
269:parentRef
:apiVersion,kind 1:metadata 270:spec
:name #:number
:name 272:port
99:resource 273:service
274:backend :path =Exact|ImplementationSpecific|Prefix:pathType
[275:paths
:host 276:http
[:hosts :secretName
274:defaultBackend :ingressClassName [277:rules [278:tls
:apiVersion,kind 1:metadata 279:spec *:status
:apiGroup,kind,name,namespace,scope
:controller 281:parameters
:apiVersion,kind 1:metadata 282:spec
#:endPort *:port =SCTP|TCP|UDP:protocol
:cidr [:except
285:ipBlock 5:namespaceSelector,podSelector
[284:ports [286:to
[286:from [284:ports
[287:egress [288:ingress 5:podSelector [=Egress|Ingress:policyTypes
:apiVersion,kind 1:metadata 289:spec
[:cidrs
:apiVersion,kind 1:metadata 291:spec *:status
{~:podFixed
{:nodeSelector [86:tolerations
:apiVersion,handler,kind 1:metadata 293:overhead 294:scheduling
:resourceVersion,uid
:apiVersion,kind,propagationPolicy [:dryRun #:gracePeriodSeconds ?:ignoreStoreReadErrorWithClusterBreakingPotential,orphanDependents 296:preconditions
:apiVersion,kind 297:deleteOptions 1:metadata
*:maxUnavailable,minAvailable 5:selector =AlwaysAllow|IfHealthyBudget:unhealthyPodEvictionPolicy
:apiVersion,kind 1:metadata 299:spec *:status
[5:clusterRoleSelectors
[:apiGroups,nonResourceURLs,resourceNames,resources,verbs
301:aggregationRule :apiVersion,kind 1:metadata [302:rules
:apiVersion,kind 1:metadata 99:roleRef [100:subjects
:apiVersion,kind 1:metadata [302:rules
:driver *:parameters
306:opaque
7:cel
[307:config :extendedResourceName [308:selectors
:apiVersion,kind 1:metadata 309:spec
306:opaque [:requests
:distinctAttribute,matchAttribute [:requests
{~:requests
=NoExecute|NoSchedule|None:effect :key,value =Equal|Exists:operator #:tolerationSeconds
?:adminAccess =All|ExactCount:allocationMode 313:capacity #:count :deviceClassName [308:selectors [314:tolerations
=All|ExactCount:allocationMode 313:capacity #:count :deviceClassName,name [308:selectors [314:tolerations
315:exactly [316:firstAvailable :name
[311:config [312:constraints [317:requests
318:devices
:apiVersion,kind 1:metadata 319:spec *:status
1:metadata 319:spec
:apiVersion,kind 1:metadata 321:spec
?:bool [?:bools #:int [#:ints :string,version [:strings,versions
~:max,min,step
~:default 324:validRange [~:validValues
325:requestPolicy ~:value
~:value
:counterSet {327:counters
~:allocationMultiplier :capacityKey
=NoExecute|NoSchedule|None:effect :key,value *:timeAdded
?:allNodes,allowMultipleAllocations,bindsToNode {323:attributes [:bindingConditions,bindingFailureConditions {326:capacity [328:consumesCounters :name,nodeName {329:nodeAllocatableResourceMappings 41:nodeSelector [330:taints
#:generation,resourceSliceCount :name
{327:counters :name
?:allNodes,perDeviceNodeSelection [331:devices :driver,nodeName 41:nodeSelector 332:pool [333:sharedCounters
:apiVersion,kind 1:metadata 334:spec
:device,driver,pool
336:deviceSelector 330:taint
:apiVersion,kind 1:metadata 337:spec *:status
:driver,poolName #:limit
:apiVersion,kind 1:metadata 339:spec *:status
?:adminAccess =All|ExactCount:allocationMode 313:capacity #:count :deviceClassName,name [316:firstAvailable [308:selectors [314:tolerations
[311:config [312:constraints [341:requests
342:devices
:apiVersion,kind 1:metadata 343:spec *:status
1:metadata 343:spec
:apiVersion,kind 1:metadata 345:spec
?:allNodes,allowMultipleAllocations,bindsToNode {323:attributes [:bindingConditions,bindingFailureConditions {326:capacity [328:consumesCounters {329:nodeAllocatableResourceMappings :nodeName 41:nodeSelector [330:taints
347:basic :name
?:allNodes,perDeviceNodeSelection [348:devices :driver,nodeName 41:nodeSelector 332:pool [333:sharedCounters
:apiVersion,kind 1:metadata 349:spec
:apiVersion,description,kind ?:globalDefault 1:metadata =Never|PreemptLowerPriority:preemptionPolicy #:value
:audience #:expirationSeconds
?:attachRequired,podInfoOnMount,preventPodSchedulingIfMissing,requiresRepublish,seLinuxMount,serviceAccountTokenInSecrets,storageCapacity :fsGroupPolicy #:nodeAllocatableUpdatePeriodSeconds [352:tokenRequests [:volumeLifecycleModes
:apiVersion,kind 1:metadata 353:spec
#:count
355:allocatable :name,nodeID [:topologyKeys
[356:drivers
:apiVersion,kind 1:metadata 357:spec
:apiVersion,kind,storageClassName ~:capacity,maximumVolumeSize 1:metadata 5:nodeTopology
:key [:values
[360:matchLabelExpressions
?:allowVolumeExpansion [361:allowedTopologies :apiVersion,kind,provisioner 1:metadata [:mountOptions {:parameters =Delete|Recycle|Retain:reclaimPolicy =Immediate|WaitForFirstConsumer:volumeBindingMode
234:inlineVolumeSpec :persistentVolumeName
:attacher,nodeName 363:source
:apiVersion,kind 1:metadata 364:spec *:status
:apiVersion,driverName,kind 1:metadata {:parameters
16:clientConfig [:conversionReviewVersions
:strategy 367:webhook
[:categories,shortNames :kind,listKind,plural,singular
:description,format,jsonPath,name,type #:priority
:$ref,$schema,description,format,id,pattern,title,type,x-kubernetes-list-type,x-kubernetes-map-type *:additionalItems,additionalProperties,default,example,items [371:allOf,anyOf,oneOf {371:definitions,patternProperties,properties {*:dependencies [*:enum ?:exclusiveMaximum,exclusiveMinimum,nullable,uniqueItems,x-kubernetes-embedded-resource,x-kubernetes-int-or-string,x-kubernetes-preserve-unknown-fields 372:externalDocs #:maxItems,maxLength,maxProperties,minItems,minLength,minProperties %:maximum,minimum,multipleOf 371:not [:required,x-kubernetes-list-map-keys [373:x-kubernetes-validations
:description,url
:fieldPath,message,messageExpression,rule ?:optionalOldSelf =FieldValueDuplicate|FieldValueForbidden|FieldValueInvalid|FieldValueRequired:reason
371:openAPIV3Schema
:jsonPath
:labelSelectorPath,specReplicasPath,statusReplicasPath
376:scale *:status
[370:additionalPrinterColumns ?:deprecated,served,storage :deprecationWarning,name 374:schema [375:selectableFields 377:subresources
368:conversion :group,scope 369:names ?:preserveUnknownFields [378:versions
:apiVersion,kind 1:metadata 379:spec *:status
:field,message,reason
[381:causes :group,kind,name,uid #:retryAfterSeconds
:selector
:continue,resourceVersion,selfLink #:remainingItemCount 383:shardInfo
:apiVersion,kind,message,reason #:code 382:details 384:metadata *:status
:name,namespace #:port
!:caBundle :group,version #:groupPriorityMinimum,versionPriority ?:insecureSkipTLSVerify 386:service
:apiVersion,kind 1:metadata 387:spec *:status
`;

/** The type of each kind. */
export const KINDS = `
11:admissionregistration.k8s.io/v1 MutatingAdmissionPolicy
14:admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding
19:admissionregistration.k8s.io/v1 MutatingWebhookConfiguration
23:admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy
25:admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding
27:admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration
11:admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicy
30:admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicyBinding
33:admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicy
35:admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicyBinding
36:internal.apiserver.k8s.io/v1alpha1 StorageVersion
37:apps/v1 ControllerRevision
137:apps/v1 DaemonSet
140:apps/v1 Deployment
142:apps/v1 ReplicaSet
149:apps/v1 StatefulSet
150:authentication.k8s.io/v1 SelfSubjectReview
153:authentication.k8s.io/v1 TokenRequest
155:authentication.k8s.io/v1 TokenReview
160:authorization.k8s.io/v1 LocalSubjectAccessReview
162:authorization.k8s.io/v1 SelfSubjectAccessReview
164:authorization.k8s.io/v1 SelfSubjectRulesReview
160:authorization.k8s.io/v1 SubjectAccessReview
167:autoscaling/v1 HorizontalPodAutoscaler
169:autoscaling/v1 Scale
181:autoscaling/v2 HorizontalPodAutoscaler
191:batch/v1 CronJob
192:batch/v1 Job
194:certificates.k8s.io/v1 CertificateSigningRequest
196:coordination.k8s.io/v1 Lease
198:coordination.k8s.io/v1alpha2 LeaseCandidate
198:coordination.k8s.io/v1beta1 LeaseCandidate
200:v1 Binding
202:v1 ComponentStatus
203:v1 ConfigMap
207:v1 Endpoints
210:v1 Event
213:v1 LimitRange
215:v1 Namespace
220:v1 Node
235:v1 PersistentVolume
147:v1 PersistentVolumeClaim
236:v1 Pod
237:v1 PodTemplate
239:v1 ReplicationController
243:v1 ResourceQuota
244:v1 Secret
249:v1 Service
250:v1 ServiceAccount
254:discovery.k8s.io/v1 EndpointSlice
255:events.k8s.io/v1 Event
262:flowcontrol.apiserver.k8s.io/v1 FlowSchema
268:flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration
271:networking.k8s.io/v1 IPAddress
280:networking.k8s.io/v1 Ingress
283:networking.k8s.io/v1 IngressClass
290:networking.k8s.io/v1 NetworkPolicy
292:networking.k8s.io/v1 ServiceCIDR
271:networking.k8s.io/v1beta1 IPAddress
292:networking.k8s.io/v1beta1 ServiceCIDR
295:node.k8s.io/v1 RuntimeClass
298:policy/v1 Eviction
300:policy/v1 PodDisruptionBudget
303:rbac.authorization.k8s.io/v1 ClusterRole
304:rbac.authorization.k8s.io/v1 ClusterRoleBinding
305:rbac.authorization.k8s.io/v1 Role
304:rbac.authorization.k8s.io/v1 RoleBinding
310:resource.k8s.io/v1 DeviceClass
320:resource.k8s.io/v1 ResourceClaim
322:resource.k8s.io/v1 ResourceClaimTemplate
335:resource.k8s.io/v1 ResourceSlice
338:resource.k8s.io/v1alpha3 DeviceTaintRule
340:resource.k8s.io/v1alpha3 ResourcePoolStatusRequest
310:resource.k8s.io/v1beta1 DeviceClass
344:resource.k8s.io/v1beta1 ResourceClaim
346:resource.k8s.io/v1beta1 ResourceClaimTemplate
350:resource.k8s.io/v1beta1 ResourceSlice
310:resource.k8s.io/v1beta2 DeviceClass
338:resource.k8s.io/v1beta2 DeviceTaintRule
320:resource.k8s.io/v1beta2 ResourceClaim
322:resource.k8s.io/v1beta2 ResourceClaimTemplate
335:resource.k8s.io/v1beta2 ResourceSlice
351:scheduling.k8s.io/v1 PriorityClass
354:storage.k8s.io/v1 CSIDriver
358:storage.k8s.io/v1 CSINode
359:storage.k8s.io/v1 CSIStorageCapacity
362:storage.k8s.io/v1 StorageClass
365:storage.k8s.io/v1 VolumeAttachment
366:storage.k8s.io/v1 VolumeAttributesClass
366:storage.k8s.io/v1beta1 VolumeAttributesClass
380:apiextensions.k8s.io/v1 CustomResourceDefinition
385:v1 Status
388:apiregistration.k8s.io/v1 APIService
`;
